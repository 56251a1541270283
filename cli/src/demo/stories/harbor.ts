import type { Repository } from './story.ts';

/** A shop in Ruby, and its phone app. */
export const harbor: Repository = {
  name: 'acme/harbor',
  folder: 'harbor',
  commands: [
    'bin/rails test',
    'bundle exec rubocop -A',
    'yarn --cwd app test',
    'bin/rails db:migrate:status',
    'git diff --stat',
  ],
  files: [
    'app/models/shipment.rb',
    'app/controllers/orders_controller.rb',
    'app/screens/Tracking.tsx',
    'config/routes.rb',
    'test/models/shipment_test.rb',
  ],
  searches: ['has_many :shipments', 'deliver_later', 'useEffect\\(', 'rescue =>'],
  serves: 'bin/dev',
  stories: [
    {
      title: 'Track several parcels of one order',
      branch: 'feat/multi-parcel',
      goal: 'An order can ship in several parcels. Show each with its own progress, in the shop and in the app.',
      ask: {
        kind: 'question',
        input: 'When one of three parcels is lost: is the order "delayed" or "partly delivered"?',
      },
      commands: [
        'bin/rails test test/models/shipment_test.rb',
        'yarn --cwd app test Tracking',
        'bin/rails g migration AddParcelsToShipments',
      ],
      says: [
        'Shipment becomes the parent; 11 call sites use tracking_code.',
        'The app reads parcels with a fallback for old servers.',
      ],
      done: 'Orders show each parcel; old app versions see the slowest one.',
      pullRequest: 1290,
    },
    {
      title: 'Checkout test fails one time in twenty',
      branch: 'fix/flaky-checkout',
      goal: 'CheckoutFlowTest fails about one time in twenty on CI. Find the race, no retries.',
      ask: {
        kind: 'permission',
        tool: 'Bash',
        input: 'for i in $(seq 40); do bin/rails test test/system/checkout_flow_test.rb || break; done',
      },
      commands: ['bin/rails test test/system/checkout_flow_test.rb --seed 41822', 'tail -200 log/test.log'],
      says: ['It fails when the mail job runs before the redirect.', 'Seed 41822 fails every time on one core.'],
      done: 'The job now runs after commit. 40 of 40 runs pass.',
      runs: 'headless',
      pullRequest: 1294,
    },
    {
      title: 'Accessible address form',
      branch: 'feat/a11y-address',
      goal: 'Make the address form usable with a screen reader: labels, errors, focus after a failed submit.',
      ask: { kind: 'permission', tool: 'Edit', input: 'app/views/addresses/_form.html.erb' },
      commands: ['npx @axe-core/cli http://127.0.0.1:3000/addresses/new', 'bin/rails test test/system/address_test.rb'],
      says: ['axe finds 9 faults, 6 of them missing labels.', 'Focus moves to the error summary now.'],
      done: 'axe is quiet, and the form reads well with VoiceOver.',
      pullRequest: 1296,
    },
    {
      title: 'Push notifications for delays',
      branch: 'feat/delay-push',
      goal: 'Send one push notification when a parcel is late, never two for the same delay.',
      ask: {
        kind: 'plan',
        input:
          'A delays table with a unique key, a job that claims rows, one push per claim, quiet hours by time zone, a switch in settings',
      },
      commands: ['bin/rails test test/jobs/delay_push_job_test.rb', 'yarn --cwd app test settings'],
      says: [
        'A unique key on parcel and promised day keeps it to one.',
        'Quiet hours follow the address, not the phone.',
      ],
      done: 'One push per delay, quiet from 22 to 8 local time, off by default.',
    },
    {
      title: 'Remove the old coupon engine',
      branch: 'chore/coupons-v1',
      goal: 'Coupons v1 has been off since March. Remove it with its tables, in two deployable steps.',
      ask: { kind: 'permission', tool: 'Bash', input: 'bin/rails db:migrate:down VERSION=20260301101500' },
      commands: ['rg -l "CouponV1" app lib test', 'bin/rails test', 'bin/rails db:schema:dump'],
      says: ['48 files mention it, 31 only in tests.', 'Step one: the code goes, the tables stay.'],
      done: '2,904 lines fewer. The tables go with the next release.',
      pullRequest: 1301,
    },
  ],
};
