import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));

/** A real process that runs `body` (it has `signal`) under runUntilSignal. */
const start = (body: string): { child: ChildProcess; said: (text: string) => Promise<void> } => {
  const script = `
    import { createLogger, runUntilSignal } from ${JSON.stringify(index)};
    const logger = createLogger({ name: 'child' });
    await runUntilSignal(async (signal) => { ${body} }, logger);
    console.log('returned');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const said = async (text: string) => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended without saying ${text}: ${output}`);
      await once(child.stdout, 'data');
    }
  };
  return { child, said };
};

const untilAborted = `
  const alive = setInterval(() => {}, 1000);
  console.log('running');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));`;

test('aborts the run on SIGTERM and ends with code 0 once it is done', async () => {
  const { child, said } = start(`${untilAborted} clearInterval(alive);`);
  await said('running');
  child.kill('SIGTERM');
  await said('returned');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('exits at once on a second signal', async () => {
  const { child, said } = start(`${untilAborted} console.log('aborted'); await new Promise(() => {});`);
  await said('running');
  child.kill('SIGINT');
  await said('aborted');
  child.kill('SIGINT');
  expect((await once(child, 'exit'))[0]).toBe(130);
});

test('logs a rejection and ends with code 1', async () => {
  const { child, said } = start(`throw new Error('no such board');`);
  await said('no such board');
  expect((await once(child, 'exit'))[0]).toBe(1);
});

test('takes an AbortError after a signal for a clean end', async () => {
  const { child, said } = start(`${untilAborted} clearInterval(alive); signal.throwIfAborted();`);
  await said('running');
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});
