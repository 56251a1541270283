import type { Repository } from './story.ts';

/** The infrastructure. */
export const beacon: Repository = {
  name: 'acme/beacon',
  folder: 'beacon',
  commands: [
    'terraform fmt -check -recursive',
    'terraform validate',
    'tflint --recursive',
    'helm lint charts/*',
    'git diff --stat',
  ],
  files: [
    'envs/staging/main.tf',
    'modules/redis/main.tf',
    'charts/ledger/values.yaml',
    'alerts/slo.yaml',
    '.github/workflows/plan.yml',
  ],
  searches: ['deletion_protection', 'latest"', 'instance_class', 'severity: page'],
  serves: 'kubectl -n staging logs -f deploy/api',
  stories: [
    {
      title: 'Move staging to Redis 8',
      branch: 'infra/redis-8',
      goal: 'Upgrade the staging Redis to 8 with a replica first, and write down the steps for production.',
      ask: { kind: 'permission', tool: 'Bash', input: 'terraform apply -target=module.redis staging.tfplan' },
      commands: [
        'terraform plan -out staging.tfplan',
        'redis-cli -h staging info replication',
        'terraform show -json staging.tfplan | jq .resource_changes[].change.actions',
      ],
      says: [
        'The plan replaces nothing: 1 to add, 2 to change, 0 to destroy.',
        'The replica has caught up; ready to fail over.',
      ],
      done: 'Staging runs Redis 8; the runbook for production is in docs/redis-8.md.',
      pullRequest: 341,
    },
    {
      title: 'Quieter alerts at night',
      branch: 'alerts/quiet',
      goal: '31 pages last week, 27 without need. Go through them and change thresholds or turn them into tickets.',
      ask: { kind: 'question', input: 'DiskWillFill fired 9 times, each solved by itself. Ticket instead of page?' },
      commands: ['promtool check rules alerts/*.yaml', 'promtool test rules alerts/tests/*.yaml'],
      says: ['Grouping by cause: 5 alerts make 24 of the 31 pages.', 'Burn-rate alerts cover three of them already.'],
      done: '5 alerts changed, 3 removed; replayed on last week they page 6 times.',
      pullRequest: 344,
    },
    {
      title: 'Pin every image by digest',
      branch: 'chore/digests',
      goal: 'Find the images that we run by tag, pin them by digest and let Renovate keep them fresh.',
      ask: { kind: 'permission', tool: 'Write', input: '.github/renovate.json5' },
      commands: [
        'rg -n "image:.*:[a-z0-9.]+$" charts',
        'crane digest ghcr.io/acme/ledger:1.8.2',
        'helm template charts/ledger | rg image:',
      ],
      says: ['23 images in 9 charts, 4 of them on latest.', 'Renovate groups digests by chart, weekly.'],
      done: 'All 23 images are pinned; CI fails on a bare tag.',
    },
    {
      title: 'Restore drill for the ledger database',
      branch: 'drill/restore',
      goal: "Restore last night's backup into a scratch instance, compare row counts and note how long it takes.",
      ask: {
        kind: 'permission',
        tool: 'Bash',
        input: 'aws rds restore-db-instance-to-point-in-time --target-db-instance-identifier drill-1124',
      },
      commands: [
        'aws rds describe-db-snapshots --db-instance-identifier ledger',
        'psql -h drill-1124 -f scripts/row-counts.sql',
        'diff counts-live.txt counts-drill.txt',
      ],
      says: ['Restoring since 12 minutes; the instance is still creating.', 'Counts match for 61 of 61 tables.'],
      done: 'Restored in 23 minutes, all counts match. The drill is written up in docs/drills.',
      runs: 'background',
    },
    {
      title: 'Plan comments on pull requests',
      branch: 'ci/plan-comment',
      goal: 'Post the terraform plan of each environment as one comment that is updated, not repeated.',
      ask: {
        kind: 'plan',
        input:
          'Reuse the plan artefact, render it folded by environment, find our comment by a marker, update or create, remove on close',
      },
      commands: ['act pull_request -j plan', 'actionlint', 'gh pr view 346 --comments'],
      says: [
        'The marker is an HTML comment with the environment name.',
        'Plans above 60 KB are cut with a link to the artefact.',
      ],
      done: 'One comment per environment, updated on each push.',
      pullRequest: 346,
    },
  ],
};
