import { join } from 'node:path';
import type { Access } from '@crewboard/access';
import { openEmbeddedAccess } from '@crewboard/access/embedded';
import { joinMachine } from '@crewboard/access/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { cancel, invite, issue, list, revoke } from './command.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The settings of a board's server, and the board that has its store open. */
const server = async (more: Record<string, string> = {}): Promise<{ env: NodeJS.ProcessEnv; board: Access }> => {
  const dir = temporaryFolder('token');
  const board = await openEmbeddedAccess({ dir: join(dir, 'records') });
  onTestFinished(() => board.close());
  return { env: { CREWBOARD_DATA_DIR: dir, ...more }, board };
};

/** What a command says to a program and to a person. */
const run = async (work: () => Promise<void>): Promise<{ out: string; note: string }> => {
  const said = { out: [] as string[], note: [] as string[] };
  vi.spyOn(console, 'log').mockImplementation((line) => void said.out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void said.note.push(line));
  try {
    await work();
  } finally {
    vi.restoreAllMocks();
  }
  return { out: said.out.join('\n'), note: said.note.join('\n') };
};

const ann = { owner: 'Ann', expires: '24h' };

describe('crewboard token invite', () => {
  it('prints one line whose code lets a machine of this owner join the running board, once', async () => {
    const { env, board } = await server({ CREWBOARD_PUBLIC_URL: 'https://board.example.com' });
    const { out, note } = await run(() => invite(env, ann));
    const { code = '' } =
      /^npx crewboard agent --join https:\/\/board\.example\.com#(?<code>\S+)$/.exec(out)?.groups ?? {};
    expect(note).toBe('Lets one machine of Ann join, once, within 24 h. Until then the line is as good as a password.');
    expect(await board.join({ code, machine: 'laptop' })).toMatchObject({ machine: 'laptop', owner: 'Ann' });
    expect(await board.join({ code, machine: 'laptop' })).toBeUndefined();
  });

  it('is told where the board is, and how long the line is good', async () => {
    const { env, board } = await server({ CREWBOARD_PUBLIC_URL: 'https://board.example.com' });
    const { out } = await run(() => invite(env, { owner: 'Ann', expires: '30m', url: 'http://other:8080/' }));
    expect(out).toMatch(/--join http:\/\/other:8080#cbi_/);
    const [open] = await board.invites();
    expect((open?.expiresAt ?? 0) - (open?.createdAt ?? 0)).toBe(30 * 60_000);
  });

  it.each([
    [{}, 'http://127.0.0.1:4400', /this machine only.*CREWBOARD_PUBLIC_URL/],
    [{ HOST: '0.0.0.0', PORT: '8080' }, 'http://127.0.0.1:8080', /this machine only/],
    [{ HOST: '::', PORT: '80' }, 'http://127.0.0.1', /this machine only/],
    [{ HOST: '::1' }, 'http://[::1]:4400', /this machine only/],
    [{ HOST: '192.168.7.7' }, 'http://192.168.7.7:4400', /not encrypted.*--insecure-http/],
  ])('without an address takes what the settings %o say, and warns', async (settings, address, caution) => {
    const { env } = await server(settings);
    const { out, note } = await run(() => invite(env, ann));
    expect(out).toContain(`--join ${address}#`);
    expect(note).toMatch(caution);
  });

  it.each([
    [{ owner: ' ' }, /--owner must be/],
    [{ owner: 'Ann\u001b[2J' }, /--owner must be.*“Ann\ufffd\[2J”/],
    [{ owner: 'a'.repeat(201) }, /--owner must be/],
    [{ expires: '0h' }, /--expires is a time/],
    [{ expires: '31d' }, /at most 30 days/],
    [{ expires: 'soon' }, /--expires is a time/],
    [{ url: 'board.example.com' }, /--url is the board’s address/],
    [{ url: 'https://board.example.com/path' }, /--url is the board’s address/],
    [{ url: 'https://me:secret@board.example.com' }, /--url is the board’s address/],
  ])('refuses %o, and invites nobody', async (wrong, message) => {
    const { env, board } = await server();
    await expect(invite(env, { ...ann, ...wrong })).rejects.toThrow(message);
    expect(await board.invites()).toEqual([]);
  });

  it('asks for the address where nobody knows it', async () => {
    const { env } = await server({ PORT: '0' });
    await expect(invite(env, ann)).rejects.toThrow(/--url/);
  });
});

describe('crewboard token list', () => {
  it('says so where there is nothing', async () => {
    const { env } = await server();
    expect((await run(() => list(env, {}))).out).toMatch(/No machine has joined.*token invite/);
  });

  it('shows machines and open invitations, for people and for programs, and no secret', async () => {
    const { env, board } = await server();
    const laptop = await joinMachine(board, { machine: 'laptop', owner: 'Ann' });
    const desk = await joinMachine(board, { machine: '統計 desk', owner: 'Bob' });
    await board.revoke(desk.machineId);
    const { id, code } = await board.invite({ owner: 'Cleo', by: 'Root' });
    const { out } = await run(() => list(env, {}));
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^MACHINE +OWNER +ID +JOINED +INVITED BY$/);
    expect(lines[1]).toMatch(new RegExp(`^laptop +Ann +${laptop.machineId} +0 s ago +Ann$`));
    expect(lines[2]).toMatch(new RegExp(`^統計 desk +Bob +${desk.machineId} +\\d+ s ago +Bob +revoked \\d+ s ago$`));
    expect(lines.slice(3)).toEqual([
      '',
      expect.stringMatching(/^INVITATION +OWNER +MADE +BY$/),
      expect.stringMatching(new RegExp(`^${id} +Cleo +\\d+ s ago +Root +expires in 24 h$`)),
    ]);
    const json = (await run(() => list(env, { json: true }))).out;
    expect(JSON.parse(json)).toEqual({ machines: expect.any(Array), invites: await board.invites() });
    expect(JSON.parse(json).machines).toMatchObject([{ machine: 'laptop', revokedAt: null }, { owner: 'Bob' }]);
    for (const secret of [code, laptop.token]) {
      expect(out + json).not.toContain(secret.split('.')[1]);
      expect(json).not.toMatch(/hash/i);
    }
  });

  it('lets no name move the cursor', async () => {
    const { env, board } = await server();
    await board.issue({ machine: 'a\u001b[2J\u009b', owner: 'b\u202e', by: 'c\n' });
    const { out } = await run(() => list(env, {}));
    expect(out).toContain('a\ufffd[2J\ufffd');
    for (const hidden of ['\u001b', '\u009b', '\u202e', 'c\n']) expect(out).not.toContain(hidden);
  });
});

describe('crewboard token revoke', () => {
  it('cuts a machine off by its name or its id, at once', async () => {
    const { env, board } = await server();
    const laptop = await joinMachine(board, { machine: 'laptop', owner: 'Ann' });
    const desk = await joinMachine(board, { machine: 'desk', owner: 'Ann' });
    expect((await run(() => revoke(env, 'laptop'))).out).toMatch(/“laptop” of Ann is cut off/);
    expect(await board.machineOf(laptop.token)).toBeUndefined();
    expect(await board.machineOf(desk.token)).toBeDefined();
    await run(() => revoke(env, desk.machineId));
    expect(await board.machineOf(desk.token)).toBeUndefined();
    await expect(revoke(env, 'laptop')).rejects.toThrow(/“laptop” of Ann was revoked .* already/);
  });

  it('refuses what is no machine, or may be several', async () => {
    const { env, board } = await server();
    const laptop = await joinMachine(board, { machine: 'laptop', owner: 'Ann' });
    const sly = await joinMachine(board, { machine: laptop.machineId, owner: 'Mallory' });
    await expect(revoke(env, 'lapto')).rejects.toThrow(/No machine is called “lapto”/);
    const wrong = revoke(env, laptop.machineId);
    await expect(wrong).rejects.toThrow(/one of several/);
    await expect(wrong).rejects.toThrow(`${sly.machineId}  “${laptop.machineId}” of Mallory`);
    expect(await board.machineOf(laptop.token)).toBeDefined();
    await run(() => revoke(env, 'laptop'));
  });
});

describe('crewboard token cancel', () => {
  it('takes an open invitation back, once', async () => {
    const { env, board } = await server();
    const { id, code } = await board.invite({ owner: 'Ann', by: 'Root' });
    expect((await run(() => cancel(env, id))).out).toMatch(/taken back/);
    expect(await board.join({ code, machine: 'laptop' })).toBeUndefined();
    await expect(cancel(env, id)).rejects.toThrow(/no open invitation/);
  });
});

describe('crewboard token issue', () => {
  it('prints a token alone, which is good at once; a second one ends the first', async () => {
    const { env, board } = await server();
    const flags = { machine: 'ci-7', owner: 'CI' };
    const first = await run(() => issue(env, flags));
    expect(first.out).toMatch(/^cbm_[0-9a-f]{12}\.[\w-]{43}$/);
    expect(first.note).toMatch(/“ci-7” of CI.*CREWBOARD_URL and CREWBOARD_TOKEN/);
    expect(await board.machineOf(first.out)).toMatchObject({ machine: 'ci-7', owner: 'CI' });
    const second = await run(() => issue(env, flags));
    expect(await board.machineOf(first.out)).toBeUndefined();
    expect(await board.machineOf(second.out)).toMatchObject({ machine: 'ci-7' });
  });

  it('refuses names that are none', async () => {
    const { env } = await server();
    await expect(issue(env, { machine: '', owner: 'CI' })).rejects.toThrow(/--machine must be/);
    await expect(issue(env, { machine: 'ci', owner: '\n' })).rejects.toThrow(/--owner must be/);
  });
});
