import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventId, type SessionEvent } from '@crewboard/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpoolHome, liveOn, promptPayload, type SpoolHome } from '../../test/spool.ts';

let folders: SpoolHome;
beforeEach(() => {
  folders = createSpoolHome();
});
afterEach(() => folders.remove());

const write = (...given: Parameters<SpoolHome['write']>): void => folders.write(...given);
const files = (): string[] => folders.files();
const live = (options?: Parameters<typeof liveOn>[1]) => liveOn(folders, options);

describe('exactly once', () => {
  it('tells what was accepted but not deleted again under the same position', async () => {
    write(promptPayload('one'));
    write(promptPayload('two'));
    const killed = live({ accepts: 'later' });
    await killed.sweep();
    write(promptPayload('three'));
    const next = live();
    await next.sweep();
    expect(next.prompts()).toEqual(['one', 'two', 'three']);
    expect(next.positions().slice(0, 2)).toEqual(killed.positions());
    const told = (events: readonly SessionEvent[]) =>
      events.slice(0, killed.offered.length).map((event) => [eventId(event), event.occurredAt]);
    expect(told(next.offered)).toEqual(told(killed.offered));
    expect(files()).toEqual([]);
  });

  it('holds for two sweeps and two agents at once', async () => {
    for (let index = 0; index < 100; index++) write(promptPayload(`prompt ${index}`));
    const [a, b] = [live({ accepts: 'later' }), live({ accepts: 'later' })];
    await Promise.all([a.sweep(), b.sweep(), a.sweep(), b.sweep()]);
    const positionsOf = new Map<string, Set<number>>();
    for (const life of [a, b])
      for (const [index, prompt] of life.prompts().entries())
        positionsOf.set(prompt, (positionsOf.get(prompt) ?? new Set()).add(life.positions()[index] ?? -1));
    expect(positionsOf.size).toBe(100);
    expect([...positionsOf.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...positionsOf.values()].flatMap((positions) => [...positions])).size).toBe(100);
  });

  it('gives rising positions while the clock steps back, in one life and over many', async () => {
    const positions: number[] = [];
    let at = Date.now();
    for (let round = 0; round < 4; round++) {
      const life = live({ clock: () => at });
      for (let step = 0; step < 3; step++) {
        write(promptPayload('one'));
        await life.sweep();
        at -= 10 * 60_000;
      }
      positions.push(...life.positions());
    }
    expect(positions).toHaveLength(12);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  it('survives a note of positions that was damaged or cannot be written', async () => {
    mkdirSync(join(folders.dataDir, 'agent', 'hook-positions.json', 'in the way'), { recursive: true });
    write(promptPayload('one'));
    const life = live();
    await life.sweep();
    rmSync(join(folders.dataDir, 'agent', 'hook-positions.json'), { recursive: true });
    writeFileSync(join(folders.dataDir, 'agent', 'hook-positions.json'), '{"reserved":1e300}');
    write(promptPayload('two'));
    const next = live();
    await next.sweep();
    expect([life.prompts(), next.prompts()]).toEqual([['one'], ['two']]);
  });

  it('holds for an agent that is killed at any moment', async () => {
    const step = fc.constantFrom('write', 'sweep', 'accept one', 'accept all', 'kill', 'clock back');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        rmSync(folders.dataDir, { recursive: true, force: true });
        let at = Date.now();
        let written = 0;
        const begin = () => live({ accepts: 'later', clock: () => at });
        const lives = [begin()];
        const last = () => lives.at(-1) ?? begin();
        for (const next of [...steps, 'kill', 'sweep', 'accept all']) {
          at += 1;
          if (next === 'write') write(promptPayload(`prompt ${written++}`), { ageMs: 5_000 });
          else if (next === 'sweep') await last().sweep();
          else if (next === 'accept one') last().accept.shift()?.();
          else if (next === 'accept all') for (const accepted of last().accept.splice(0)) accepted();
          else if (next === 'kill') lives.push(begin());
          else at -= 120_000;
        }
        // As the board sees it: of one session and stream, a position that is not above the last one is a repeat.
        let highest = -1;
        const told: string[] = [];
        for (const event of lives.flatMap(({ offered }) => offered)) {
          if (event.position <= highest) continue;
          highest = event.position;
          if (event.type === 'PromptSubmitted') told.push(event.data.text);
        }
        expect(told.sort()).toEqual(Array.from({ length: written }, (_, index) => `prompt ${index}`).sort());
        expect(existsSync(folders.spool) ? files() : []).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
