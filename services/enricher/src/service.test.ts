import { Writable } from 'node:stream';
import { createLogger } from '@crewboard/runtime';
import { expect, test } from 'vitest';
import { createEnricher } from './service.ts';

test('says once that nothing is configured, and runs until it is stopped', async () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const stop = new AbortController();
  const running = createEnricher({ logger: createLogger({ name: 'enricher', destination }) }).run(stop.signal);
  stop.abort();
  await running;
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('no enrichment is configured');
});
