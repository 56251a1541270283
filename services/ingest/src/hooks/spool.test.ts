import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quiet, until } from '../../test/agent.ts';
import { createSpoolHome, liveOn, promptPayload, type SpoolHome } from '../../test/spool.ts';

let folders: SpoolHome;
let spool: string;
let stopping: AbortController;
let running: Promise<void>[];

beforeEach(() => {
  folders = createSpoolHome();
  spool = folders.spool;
  stopping = new AbortController();
  running = [];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(running);
  folders.remove();
});

const write = (...given: Parameters<SpoolHome['write']>): void => folders.write(...given);
const files = (): string[] => folders.files();
const live = (options?: Parameters<typeof liveOn>[1]) => liveOn(folders, options);
const run = (life: ReturnType<typeof live>): void => void running.push(life.reader.run(stopping.signal));

describe('the spool of hooks', () => {
  it('is private and holds a payload until it is accepted', async () => {
    const life = live({ accepts: 'later' });
    await life.sweep();
    expect(statSync(spool).mode & 0o777).toBe(0o700);
    write(promptPayload('one'));
    await life.sweep();
    await life.sweep();
    expect(life.prompts()).toEqual(['one']);
    expect(files()).toEqual([`${(life.positions()[0] ?? 0) - 2}.claimed`]);
    expect(life.reader.stats).toMatchObject({ heard: 1, waiting: 1 });
    life.accept[0]?.();
    expect(files()).toEqual([]);
    expect(life.reader.stats).toMatchObject({ heard: 1, waiting: 0, unreadable: 0 });
  });

  it('is read in the order of writing, and a payload’s time is its file’s', async () => {
    write(promptPayload('third'), { name: 'a.json', ageMs: 1_000 });
    write(promptPayload('first'), { name: 'b.json', ageMs: 90_000 });
    write(promptPayload('second'), { name: 'c.json', ageMs: 30_000 });
    const life = live();
    await life.sweep();
    expect(life.prompts()).toEqual(['first', 'second', 'third']);
    const [first] = life.offered;
    expect(Math.abs(Date.now() - 90_000 - (first?.occurredAt ?? 0))).toBeLessThan(5_000);
    expect(life.reader.stats.heardAt).toBe(life.offered.at(-1)?.occurredAt);
  });

  it('is watched: what is written is told at once, and so is what comes after the folder was made anew', async () => {
    const life = live();
    run(life);
    await until('the folder is there', () => existsSync(spool));
    for (const round of ['one', 'two']) {
      write(promptPayload(round));
      await until(`${round} is told`, () => life.prompts().includes(round), 1_500);
      rmSync(spool, { recursive: true });
      await until('the folder is made anew', () => existsSync(spool), 1_500);
    }
    expect(statSync(spool).mode & 0o777).toBe(0o700);
  });

  it('waits while the shipper has no room', async () => {
    const life = live();
    const open = life.holdRoom();
    write(promptPayload('one'));
    write(promptPayload('two'));
    const sweeping = life.sweep();
    expect(life.reader.stats.waiting).toBe(2);
    expect(life.prompts()).toEqual([]);
    expect(files().every((name) => name.endsWith('.claimed'))).toBe(true);
    expect(readdirSync(spool)).toEqual([]);
    open();
    await sweeping;
    expect(life.prompts()).toEqual(['one', 'two']);
  });

  it('leaves in the hooks’ own folder what is more than is kept for a board that is away, and says so once', async () => {
    const warnings = vi.spyOn(quiet, 'warn');
    const size = promptPayload('0').length;
    for (let index = 0; index < 5; index++) write(promptPayload(`${index}`), { ageMs: 5_000 - index });
    const life = live({ accepts: 'later', mostHeldBytes: 3 * size });
    await life.sweep();
    await life.sweep();
    expect(life.prompts()).toEqual(['0', '1', '2']);
    expect(readdirSync(spool)).toHaveLength(2);
    expect(life.reader.stats.waiting).toBe(5);
    expect(warnings.mock.calls.map((call) => String(call.at(-1)))).toEqual([
      expect.stringContaining('hooks are dropped'),
    ]);
    for (const accept of life.accept.splice(0)) accept();
    await life.sweep();
    expect(life.prompts()).toEqual(['0', '1', '2', '3', '4']);
    expect(life.reader.stats.waiting).toBe(2);
    warnings.mockRestore();
  });

  it('counts names that nothing is known of', async () => {
    for (let round = 0; round < 2; round++) write(JSON.stringify({ session_id: 's', hook_event_name: 'SomethingNew' }));
    const life = live();
    await life.sweep();
    expect(life.reader.stats.unknownNames).toEqual(new Map([['SomethingNew', 2]]));
    expect(files()).toEqual([]);
  });

  it('ends with the shipper', async () => {
    const life = live();
    life.endRoom('the shipper has ended');
    write(promptPayload('one'));
    await expect(life.reader.run(stopping.signal)).rejects.toThrow('the shipper has ended');
    expect(files()).toHaveLength(1);
  });
});

describe('what lies in the spool', () => {
  it('is read when it is whole', async () => {
    const life = live();
    run(life);
    const [start, end] = [promptPayload('all of it').slice(0, 40), promptPayload('all of it').slice(40)];
    const path = join(spool, 'slow.json');
    await until('the folder is there', () => existsSync(spool));
    writeFileSync(path, '');
    await life.sweep();
    appendFileSync(path, start);
    await life.sweep();
    expect(files()).toEqual(['slow.json']);
    appendFileSync(path, end);
    await until('it is told', () => life.prompts().length > 0);
    expect(life.prompts()).toEqual(['all of it']);
  });

  it('is read as far as it goes where its writer was killed', async () => {
    const life = live();
    run(life);
    write(promptPayload('Fix the tail reader').split(' reader')[0] ?? '');
    write(promptPayload('whole'));
    await until('both are told', () => life.prompts().length === 2, 4_000);
    expect(life.prompts()).toEqual(['whole', 'Fix the tail']);
    expect(life.reader.stats).toMatchObject({ heard: 2, unreadable: 0 });
  });

  it('goes to the dead letters where it cannot be read, and stops nothing else', async () => {
    write('no JSON at all, with a secret', { ageMs: 5_000 });
    write('', { ageMs: 4_000 });
    write('{"hook_event_name":"Stop"}', { ageMs: 3_000 });
    write(promptPayload('one'), { ageMs: 2_000 });
    const life = live();
    await life.sweep();
    expect(life.prompts()).toEqual(['one']);
    expect(life.dead.map(({ file, length, reason }) => [file, length, reason])).toEqual([
      ['spool', 29, 'the payload is not JSON'],
      ['spool', 0, 'the payload is not JSON'],
      ['spool', 26, 'a payload without a session'],
    ]);
    expect(life.reader.stats).toMatchObject({ heard: 1, unreadable: 3, waiting: 0 });
    expect(files()).toEqual([]);
  });

  it('is read as far as the limit where it is longer', async () => {
    write(promptPayload('x'.repeat(5_000_000)));
    const life = live();
    await life.sweep();
    expect(life.prompts()).toEqual([expect.stringMatching(/^x{4000}$/)]);
    expect(files()).toEqual([]);
  });

  it('is left alone where it is something else, but for what a killed writer left', async () => {
    const outside = join(folders.home, 'outside.json');
    writeFileSync(outside, promptPayload('from outside'));
    write(promptPayload('one'));
    symlinkSync(outside, join(spool, 'link.json'));
    symlinkSync(outside, join(spool, '16.claimed'));
    mkdirSync(join(spool, 'folder.json'));
    for (const name of ['note.txt', 'young.part', '9999999999999999.claimed', '017.claimed', 'x.claimed'])
      writeFileSync(join(spool, name), promptPayload(name));
    writeFileSync(join(spool, 'old.part'), 'x');
    utimesSync(join(spool, 'old.part'), Date.now() / 1000 - 61, Date.now() / 1000 - 61);
    const life = live();
    await life.sweep();
    expect(life.prompts()).toEqual(['one']);
    expect(files()).toEqual([
      '017.claimed',
      '16.claimed',
      '9999999999999999.claimed',
      'folder.json',
      'link.json',
      'note.txt',
      'x.claimed',
      'young.part',
    ]);
  });
});

describe('the folder', () => {
  const heardErrors = () => {
    const error = vi.spyOn(quiet, 'error');
    return () => {
      const messages = error.mock.calls.map((call) => String(call.at(-1)));
      error.mockRestore();
      return messages;
    };
  };

  it('is made private where it was open', async () => {
    write(promptPayload('one'));
    chmodSync(spool, 0o755);
    const life = live();
    await life.sweep();
    expect(statSync(spool).mode & 0o777).toBe(0o700);
    expect(life.prompts()).toEqual(['one']);
  });

  it('is not followed elsewhere', async () => {
    const elsewhere = join(folders.home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    writeFileSync(join(elsewhere, '1.json'), promptPayload('from elsewhere'));
    mkdirSync(folders.dataDir);
    symlinkSync(elsewhere, spool);
    const life = live();
    const errors = heardErrors();
    await life.sweep();
    await life.sweep();
    expect(errors()).toEqual(['hooks are not read: their spool is not a folder. Remove it']);
    rmSync(spool);
    write(promptPayload('one'));
    await life.sweep();
    expect(life.prompts()).toEqual(['one']);
    expect(readdirSync(elsewhere)).toEqual(['1.json']);
  });

  it.runIf(process.getuid?.() === 0)('is not read where it is somebody else’s', async () => {
    write(promptPayload('one'));
    chownSync(spool, 12_345, 12_345);
    const life = live();
    const errors = heardErrors();
    await life.sweep();
    expect(life.prompts()).toEqual([]);
    expect(errors()).toEqual([expect.stringMatching(/belongs to somebody else/)]);
  });

  it('that cannot be made stops nothing', async () => {
    writeFileSync(folders.dataDir, 'a file where the data folder should be');
    const life = live();
    const errors = heardErrors();
    await life.sweep();
    expect(errors()).toHaveLength(1);
    rmSync(folders.dataDir);
    write(promptPayload('one'));
    await life.sweep();
    expect(life.prompts()).toEqual(['one']);
  });
});
