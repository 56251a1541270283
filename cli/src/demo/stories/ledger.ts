import type { Repository } from './story.ts';

/** Bookkeeping in Python on Postgres. */
export const ledger: Repository = {
  name: 'acme/ledger',
  folder: 'ledger',
  commands: ['uv run pytest -q', 'uv run ruff check .', 'uv run mypy src', 'git log --oneline -5', 'docker compose ps'],
  files: [
    'src/ledger/postings.py',
    'src/ledger/export/csv.py',
    'migrations/0042_postings.sql',
    'tests/test_rounding.py',
    'docs/adr/0009-retention.md',
  ],
  searches: ['Decimal\\(', 'quantize', 'balance_cents', 'class .*Repository'],
  serves: 'uv run uvicorn ledger.app:app --reload',
  stories: [
    {
      title: 'Write the ADR on event retention',
      branch: 'adr/retention',
      goal: 'We need a decision on how long raw events are kept. Draft the ADR with the numbers from last month.',
      ask: { kind: 'question', input: 'Which retention for raw events: 7, 30 or 90 days?' },
      commands: [
        'psql -c "select date_trunc(\'day\', at), count(*) from events group by 1"',
        'du -sh /var/lib/ledger/events',
      ],
      says: [
        '1.9 GB a day: 90 days fit on the present disk, a year does not.',
        'The auditors ask for the postings, not for raw events.',
      ],
      done: 'ADR 9 is drafted: 30 days raw, postings for good.',
    },
    {
      title: 'Move balances to double-entry postings',
      branch: 'feat/double-entry',
      goal: 'Replace the balance column with double-entry postings. No downtime; old reads must keep working.',
      ask: {
        kind: 'plan',
        input:
          'Five steps: 1. postings table, 2. dual write, 3. backfill by account, 4. compare nightly, 5. read from postings',
      },
      commands: [
        'uv run pytest tests/test_postings.py',
        'uv run python -m ledger.backfill --dry-run',
        'psql -f migrations/0042_postings.sql',
      ],
      says: [
        'Reading 14 files under src/ledger, planning the migration.',
        'The dry run differs on 3 of 41,208 accounts; all three are refunds.',
      ],
      done: 'Dual write and backfill are in; the nightly compare has been empty since.',
      tasks: ['Postings table', 'Dual write', 'Backfill by account', 'Compare nightly', 'Read from postings'],
      pullRequest: 207,
    },
    {
      title: 'Fix rounding in the CSV export',
      branch: 'fix/rounding',
      goal: 'Finance sees one cent differences in the CSV export. Find out where we round and make it half-even everywhere.',
      ask: { kind: 'permission', tool: 'Edit', input: 'src/ledger/export/csv.py' },
      commands: [
        'uv run pytest tests/test_rounding.py -k half_even',
        'uv run python scripts/compare_export.py 2026-10',
      ],
      says: ['Three places round, two of them half-up.', 'October now matches to the cent.'],
      done: 'Half-even everywhere, 6 tests added. October matches to the cent; shall I do the archive too?',
      pullRequest: 211,
    },
    {
      title: 'Nightly job runs out of memory',
      branch: 'fix/nightly-oom',
      goal: 'The nightly statement job was killed twice this week. See what grows and make it stream.',
      ask: { kind: 'permission', tool: 'Bash', input: 'kubectl -n ledger logs job/statements-28411 --tail=2000' },
      commands: ['uv run memray run -o out.bin -m ledger.statements', 'uv run memray stats out.bin'],
      says: ['92 % of the peak is one list of all postings.', 'A server-side cursor keeps it at 140 MB.'],
      done: 'The job streams by account now: peak 140 MB instead of 3.1 GB.',
      pullRequest: 209,
    },
    {
      title: 'Seed data for demos',
      branch: 'chore/seed',
      goal: 'Make a command that fills an empty database with a believable year of a small shop.',
      ask: { kind: 'question', input: 'One currency, or three with daily rates?' },
      commands: ['uv run python -m ledger.seed --year 2026', 'uv run pytest tests/test_seed.py'],
      says: ['Sales follow a weekly pattern with a peak in December.', 'The books balance after every seeded day.'],
      done: 'ledger.seed writes 18,400 postings in 4 s, always the same for a seed.',
    },
    {
      title: 'Spike: decimal columns instead of cents',
      branch: 'spike/decimal',
      goal: 'How much would it take to go from integer cents to numeric(20,6)? Only find out, change nothing.',
      ask: { kind: 'question', input: 'Do the partner feeds ever send more than 4 decimals?' },
      commands: ['rg -c "_cents" src | sort -t: -k2 -nr', 'psql -c "\\d+ postings"'],
      says: ['212 uses of _cents in 38 files.', 'The index on amount would grow by about 40 %.'],
      done: 'Feasible in about a week; the list of 38 files is in docs/spike-decimal.md.',
    },
  ],
};
