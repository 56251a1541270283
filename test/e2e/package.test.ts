import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { untilBoard } from '../support/board.ts';
import { freePort } from '../support/port.ts';
import { scratchDir, startCommand } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const capture = join(root, 'test/captures/approve/claude');
const run = promisify(execFile);
const packedSchema = z.tuple([z.object({ filename: z.string(), size: z.number() })]);

/** Where the package was installed: a folder that held nothing. */
let folder: string;
let packedBytes: number;

const installed = () => join(folder, 'node_modules/crewboard');
/** As one runs it in that folder, with a home of its own. */
const npx = async (home: string, ...args: string[]): Promise<string> => {
  const env = { PATH: process.env.PATH, HOME: home, CREWBOARD_DATA_DIR: join(home, '.crewboard') };
  return (await run('npx', ['--no-install', 'crewboard', ...args], { cwd: folder, env })).stdout;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crewboard-package-'));
  // Without its scripts: it is built, and a build would take the programs away that other tests run.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: join(root, 'cli'),
  });
  const [{ filename, size }] = packedSchema.parse(JSON.parse(stdout));
  packedBytes = size;
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the npm package, installed in an empty folder', () => {
  it('is small, and holds what runs with its licences and nothing of the repository around', async () => {
    const files = (await readdir(installed(), { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(installed().length + 1));
    expect(names).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'bin/crewboard.js', 'dist/THIRD-PARTY-LICENCES.txt']),
    );
    expect(names.filter((name) => /\.map$|\.ts$|\.stamp$/.test(name))).toEqual([]);
    for (const name of names.filter((name) => /\.(js|css|html|json)$/.test(name))) {
      const text = await readFile(join(installed(), name), 'utf8');
      expect(text.includes(root), `${name} tells the path of the repository`).toBe(false);
      expect(text.includes('sourceMappingURL=data'), `${name} has a source map`).toBe(false);
    }
    const licences = await readFile(join(installed(), 'dist/THIRD-PARTY-LICENCES.txt'), 'utf8');
    for (const bundled of ['fastify', 'ioredis', 'pino', 'undici', '@fontsource-variable/inter', 'pinia']) {
      expect(licences).toMatch(new RegExp(`^${bundled} [\\d.]+ \\(`, 'm'));
    }
    expect(packedBytes).toBeLessThan(3_000_000);
    console.log(`packed ${(packedBytes / 1e6).toFixed(2)} MB`);
  });

  it('brings nothing of the workspace, and few others', async () => {
    const beside = await readdir(join(folder, 'node_modules'));
    expect(beside).not.toContain('@crewboard');
    expect(beside).toEqual(expect.arrayContaining(['jsonc-parser', 'lmdb']));
    expect(beside.filter((name) => !name.startsWith('.')).length).toBeLessThan(40);
    await expect(stat(join(installed(), 'src'))).rejects.toThrow('ENOENT');
  });

  it('serves the page, and the sessions of this machine', async () => {
    const home = await scratchDir();
    await cp(capture, join(home, '.claude'), { recursive: true });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const board = startCommand(join(folder, 'node_modules/.bin/crewboard'), ['up'], {
      HOME: home,
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      CREWBOARD_DATA_DIR: join(home, '.crewboard'),
      PORT: String(port),
    });
    await untilBoard(url, (sessions) => expect(sessions).toMatchObject([{ repo: 'widgets', branch: 'main' }]));
    expect(await (await fetch(url)).text()).toContain('<div id="app"');
    expect(board.output()).toBe(`Crewboard is at ${url}\n`);
    await board.stop();
  });

  it('ends without a word where nobody reads on what it prints', async () => {
    const home = await scratchDir();
    await cp(capture, join(home, '.claude'), { recursive: true });
    const command = `'${process.execPath}' '${join(installed(), 'bin/crewboard.js')}' agent --show | true`;
    const program = startCommand('/bin/sh', ['-c', command], { HOME: home });
    await program.exited;
    expect(program.output()).toBe('');
  });

  it('says which Node.js it needs, where it is started with an older one', async () => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})";
    const args = ['--import', older, join(installed(), 'bin/crewboard.js'), 'up'];
    const program = startCommand(process.execPath, args, { HOME: await scratchDir() });
    expect(await program.exited).toBe(1);
    expect(program.output()).toBe('Crewboard needs Node.js 20.19.0 or later; this is 18.20.4.\n');
  });

  it('gives the command with all its parts', async () => {
    const home = await scratchDir();
    const { version } = JSON.parse(await readFile(join(root, 'cli/package.json'), 'utf8'));
    expect((await npx(home, '--version')).trim()).toBe(version);
    for (const part of ['agent', 'demo', 'doctor'])
      expect(await npx(home, part, '--help')).toContain(`crewboard ${part}`);
    expect(await npx(home, 'hooks', 'status')).toContain('hooks');
    expect(await npx(home, 'token', 'issue', '--machine', 'ci-1', '--owner', 'CI')).toMatch(/^cbm_[\w-]+\.[\w-]+$/m);
  });
});
