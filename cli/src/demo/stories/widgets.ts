import type { Repository } from './story.ts';

/** A TypeScript service and its web page. */
export const widgets: Repository = {
  name: 'acme/widgets',
  folder: 'widgets',
  commands: ['npx vitest run src', 'npx tsc --noEmit', 'npm run lint', 'git diff --stat main', 'npm run build'],
  files: ['src/reader/tail.ts', 'src/hub.ts', 'src/cursor.ts', 'src/routes/feed.ts', 'web/src/board/SessionCard.vue'],
  searches: ['bufferedAmount', 'compareOffsets\\(', 'onTruncate', 'TODO|FIXME'],
  serves: 'npm run dev',
  stories: [
    {
      title: 'Make the cursor survive a truncated file',
      branch: 'feat/cursor',
      goal: 'The reader loses its place when a log file is truncated under it. Make the cursor notice and start over.',
      ask: { kind: 'permission', tool: 'Bash', input: 'git push --force-with-lease origin feat/cursor' },
      commands: ['npx vitest run src/cursor.test.ts', 'git rebase main', 'npx vitest run src/reader'],
      says: [
        'The cursor compares sizes only; an inode check is missing.',
        'Rebased on main; wants to push the rewritten branch.',
      ],
      done: 'The cursor keeps the inode and starts over when it changes or the file shrinks. 7 tests added.',
      pullRequest: 418,
    },
    {
      title: 'Property tests for the fold',
      branch: 'test/fold',
      goal: 'Write property tests for evolve and advance: repeats change nothing, replay from any snapshot is equal.',
      ask: { kind: 'permission', tool: 'Bash', input: 'npm install --save-dev fast-check@4' },
      commands: ['npx vitest run src/fold.property.test.ts', 'npx vitest run --reporter=dot'],
      says: [
        '214 of 231 pass; shrinking a counterexample in advance().',
        'Two time-outs that fall due at once are order dependent.',
      ],
      done: 'Found and fixed one real fault: advance() skipped a deadline when two fell on the same millisecond.',
      pullRequest: 421,
    },
    {
      title: 'Conflate slow sockets in the hub',
      branch: 'perf/hub',
      goal: 'A slow phone makes the hub buffer everything. Keep only the newest change of a session for slow sockets.',
      ask: {
        kind: 'plan',
        input:
          'Conflate per socket: 1. a pending map by session, 2. flush on drain, 3. close at 4 MB, 4. a test with a paused client',
      },
      commands: ['node bench/hub.js --clients 1000', 'npx vitest run src/hub.test.ts'],
      says: ['Editing the hub: a pending map replaces the queue.', '1,000 clients: p99 falls from 62 to 41 ms.'],
      done: 'Slow sockets get the newest state only; memory stays flat with 1,000 paused clients.',
      tasks: ['Pending map by session', 'Flush on drain', 'Close at 4 MB', 'A test with a paused client'],
      pullRequest: 420,
    },
    {
      title: 'Tail reader drops the last line under load',
      branch: 'fix/tail',
      goal: 'Sometimes the last line of a file is never shown until the next one comes. Reproduce it, then fix it.',
      ask: { kind: 'permission', tool: 'Bash', input: 'sudo sysctl fs.inotify.max_user_watches=524288' },
      commands: ['node scripts/stress-tail.js --rate 5000', 'npx vitest run src/reader/tail.test.ts --retry 20'],
      says: [
        'Reproduced: 39 of 20,000 lines wait for the next append.',
        'The watcher throttles; a trailing re-stat after 40 ms closes the gap.',
      ],
      done: 'A trailing re-stat catches what the watcher drops; 20 runs at 5,000 lines/s without a loss.',
      pullRequest: 412,
    },
    {
      title: 'Keyboard shortcuts for the board',
      branch: 'feat/keys',
      goal: 'Add j/k, enter and / to the board, with a help overlay on ?',
      ask: { kind: 'question', input: 'Should j/k move within a column or through all cards in reading order?' },
      commands: ['npx vitest run --project web', 'npx playwright test keys.spec.ts'],
      says: ['A roving tabindex fits better than listening on window.', 'The overlay reuses the dialog from settings.'],
      done: 'j, k, enter, / and ? work, and every key is listed in the overlay.',
    },
    {
      title: 'Upgrade fastify to 5.4',
      branch: 'chore/fastify',
      goal: 'Upgrade fastify and its plugins to the newest minors and read the changelogs for what concerns us.',
      ask: { kind: 'permission', tool: 'Bash', input: 'npm update fastify @fastify/static @fastify/websocket' },
      commands: ['npm outdated', 'npm ls fastify', 'npx vitest run src/routes'],
      says: ['Two of the changes concern our error handler.', 'All route tests pass on 5.4.'],
      done: 'Upgraded; the error handler no longer needs the cast.',
    },
  ],
};
