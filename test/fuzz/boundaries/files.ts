import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { credentialsPath, privacyPath, readCredentials, readPrivacyFile } from '@crewboard/ingest';
import { isHookCommand, parseSettings } from '@crewboard/ingest/hook-settings';
import { ConfigError, createLogger } from '@crewboard/runtime';
import fc from 'fast-check';
import { parseDocument, requireSoundHooks, SettingsRefused } from '../../../cli/src/hooks/document.ts';
import { ourGroups, withHooks, withoutHooks } from '../../../cli/src/hooks/edit.ts';
import { groupsFor, installHooks, removeHooks } from '../../../cli/src/hooks/install.ts';
import { withoutOurs } from '../../../cli/src/hooks/verify.ts';
import { openCursorStore } from '../../../services/ingest/src/cursor.ts';
import { privacyFileSchema } from '../../../services/ingest/src/privacy/rules.ts';
import { compileSettings } from '../../../services/ingest/src/privacy/settings.ts';
import { parseRemote, remoteUrl } from '../../../services/ingest/src/remote.ts';
import { PRIVATE_TEXT } from '../../support/hostile.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeSame } from '../boundary.ts';
import { NOW } from '../told.ts';

const dataDir = '/home/dev/.crewboard';
const isOurs = isHookCommand(dataDir);
const groups = groupsFor('2.1.330', { dataDir, variant: 'sh' });

const other = { matcher: 'Bash', hooks: [{ type: 'command', command: 'notify "x"', timeout: 60 }] };
const settings = [
  {},
  { model: 'opus', env: { A: '1' }, permissions: { allow: ['Bash(ls:*)'] } },
  { model: 'opus', hooks: {} },
  { hooks: { Stop: [], PreToolUse: [other] } },
  { hooks: { WorktreeCreate: [other], Stop: [other, other], Future: [{ hooks: [] }] }, disableAllHooks: false },
  { hooks: Object.fromEntries(groups), a: [1, 2, [3]] },
];
const settingsText = mutatedBytes(
  fc
    .record({ text: mutatedJson(settings), indent: fc.constantFrom('', ' ', '\t', '    '), isWindows: fc.boolean() })
    .map(({ text, indent, isWindows }) => {
      // What is nested deeply would be mostly blanks.
      if (text.includes('[[[[')) return text;
      try {
        return JSON.stringify(JSON.parse(text), null, indent).replaceAll('\n', isWindows ? '\r\n' : '\n');
      } catch {
        return text;
      }
    }),
);

const settingsDocuments = boundary({
  name: 'settings-documents',
  share: 5,
  inputs: settingsText,
  check: (bytes) => {
    parseSettings(bytes.toString('utf8'), dataDir);
    let document: ReturnType<typeof parseDocument>;
    try {
      document = parseDocument(bytes);
      requireSoundHooks(document);
    } catch (error) {
      must(
        error instanceof SettingsRefused && error.message !== '',
        'settings are refused with a reason',
        String(error),
      );
      return 'refused';
    }
    const hadOurs = ourGroups(document, isOurs).length > 0;
    const clean = hadOurs ? withoutHooks(document, isOurs, () => false) : document;
    const added = withHooks(clean, groups);
    mustBeSame(JSON.parse(added.text), added.value, 'what is written is what is meant');
    mustBeSame(
      ourGroups(added, isOurs)
        .map(([event]) => event)
        .toSorted(),
      [...groups.keys()].toSorted(),
      'all of our hooks are there',
    );
    mustBeSame(withoutOurs(added.value, isOurs), withoutOurs(document.value, isOurs), 'what others have is as it was');
    return 'accepted';
  },
});

/** A folder of all inputs of a boundary. Each one leaves it as it found it. */
const folderFor = (name: string): string => mkdtempSync(join(tmpdir(), `crewboard-fuzz-${name}-`));

const settingsFiles = () => {
  const root = folderFor('settings');
  const path = join(root, 'claude', 'settings.json');
  const data = join(root, 'data');
  mkdirSync(dirname(path));
  const own = groupsFor('2.1.330', { dataDir: data, variant: 'sh' });
  const context = { dataDir: data, variant: 'sh' as const, now: NOW };
  return boundary({
    name: 'settings-files',
    share: 0.2,
    inputs: settingsText,
    check: async (bytes) => {
      rmSync(join(data, 'backups'), { recursive: true, force: true });
      writeFileSync(path, bytes);
      let isRefused = false;
      try {
        await installHooks(path, own, context);
      } catch (error) {
        must(error instanceof SettingsRefused, 'settings are refused with a reason', String(error));
        isRefused = true;
      }
      if (!isRefused) await removeHooks(path, data);
      must(readFileSync(path).equals(bytes), 'settings are byte for byte what they were');
      return isRefused ? 'refused' : 'accepted';
    },
    finish: async () => rmSync(root, { recursive: true, force: true }),
  });
};

const privacyFiles = [
  {
    tier: 'full',
    hashRepositories: true,
    rules: [
      { repo: 'acme/*', tier: 'private' },
      { path: '~/clients', tier: 'status' },
    ],
  },
  { rules: [{ repo: '**', tier: 'status' }] },
  {},
];
const glob = fc.oneof(
  fc.constantFrom(
    '**',
    'acme/*',
    '*(*(*(*(a))))',
    '+(a|aa)+',
    '{a,b,{c,d}}',
    '[[[[',
    '!(a)',
    '((((((((((((((',
    '**/**/**/**/**/**/x',
    '{1..99999}',
    '{a,'.repeat(60),
    '*'.repeat(400),
    '~/../..',
    '@(a|b)|c',
    '\\',
  ),
  fc.string({
    unit: fc.constantFrom('*', '(', ')', '[', ']', '{', '}', '!', '+', '@', '?', '|', ',', '/', 'a', '.', '\\', '~'),
    minLength: 1,
    maxLength: 40,
  }),
);
const places = [
  { cwd: '/home/dev/clients/one', repo: 'acme/widgets', remote: 'github.com/acme/widgets' },
  { cwd: `/${'a'.repeat(300)}`, repo: 'a'.repeat(60), remote: null },
  { cwd: `/${'a/'.repeat(200)}`, repo: `${'a/'.repeat(90)}b`, remote: 'x' },
];

const privacyRules = boundary({
  name: 'privacy-rules',
  share: 3,
  inputs: fc.oneof(
    mutatedJson(privacyFiles),
    fc.record({ repo: glob, path: glob }).map(({ repo, path }) =>
      JSON.stringify({
        rules: [
          { repo, tier: 'private' },
          { path, tier: 'full' },
        ],
      }),
    ),
  ),
  check: (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return 'refused';
    }
    const { data: file } = privacyFileSchema.safeParse(value);
    if (!file) return 'refused';
    const rules = compileSettings(file, { fallback: 'status', home: '/home/dev' });
    for (const place of places)
      must(['private', 'status', 'activity', 'full'].includes(rules.of(place)), 'a place has a tier', rules.of(place));
    return 'accepted';
  },
});

const smallFiles = () => {
  const root = folderFor('files');
  const logged: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ name: 'fuzz', level: 'debug', destination });
  mkdirSync(dirname(credentialsPath(root)), { recursive: true });
  const good = [
    ...privacyFiles,
    {
      url: 'https://board.example.com',
      token: PRIVATE_TEXT,
      machineId: 'm1',
      machine: 'devbox',
      owner: 'Dev',
      caFile: '/ca.pem',
    },
    { version: 1, files: {}, presence: {}, jobs: {} },
  ];
  const cursors = join(root, 'cursor.json');
  return boundary({
    name: 'agent-files',
    share: 0.5,
    inputs: mutatedBytes(mutatedJson(good)),
    check: async (bytes) => {
      writeFileSync(privacyPath(root), bytes);
      writeFileSync(credentialsPath(root), bytes);
      writeFileSync(cursors, bytes);
      const privacy = readPrivacyFile(root);
      if ('problem' in privacy)
        must(
          privacy.problem.length > 0 && !privacy.problem.includes(PRIVATE_TEXT),
          'a problem has a reason',
          privacy.problem,
        );
      let isJoined = true;
      await readCredentials(root).catch((error: unknown) => {
        must(
          error instanceof ConfigError && !error.message.includes(PRIVATE_TEXT),
          'credentials are refused with a reason',
          String(error),
        );
        isJoined = false;
      });
      await openCursorStore(cursors, logger);
      must(!logged.some((line) => line.includes(PRIVATE_TEXT)), 'no log holds private text', logged.at(-1));
      logged.length = 0;
      return isJoined || 'file' in privacy ? 'accepted' : 'refused';
    },
    finish: async () => rmSync(root, { recursive: true, force: true }),
  });
};

/** One source that went on: the file of it, or its end, forgotten now and then. */
const cursorChange = fc.oneof(
  fc.tuple(fc.constant('ended'), fc.constantFrom('s1', 's2', 's3'), fc.option(fc.nat())),
  fc.tuple(
    fc.constant('jobs'),
    fc.constantFrom('j1', 'j2'),
    fc.option(fc.record({ sessionId: fc.constant('s1'), said: fc.string(), lastPosition: fc.nat() })),
  ),
);
const cursorFile = fc.record({
  changes: fc.array(cursorChange, { maxLength: 12 }),
  /** So much of the file is there, from 0 to 1. */
  kept: fc.double({ min: 0, max: 1, noNaN: true }),
  /** Behind that are zeros, as a power loss leaves them. */
  zeros: fc.constantFrom(0, 1, 300),
});

const cutCursors = () => {
  const root = folderFor('cursors');
  const path = join(root, 'cursor.json');
  const logger = createLogger({ name: 'fuzz', level: 'silent' });
  return boundary({
    name: 'cut-cursors',
    share: 0.5,
    inputs: cursorFile,
    check: async ({ changes, kept, zeros }) => {
      const first = JSON.stringify({ version: 1, files: {}, presence: {}, jobs: {}, ended: { s0: 7 } });
      const text = `${[first, ...changes.map((change) => JSON.stringify(change))].join('\n')}\n`;
      const bytes = Buffer.from(text);
      const cut = bytes.subarray(0, Math.floor(kept * (bytes.length + 1)));
      writeFileSync(path, Buffer.concat([cut, Buffer.alloc(zeros)]));
      const { ended, jobs } = await openCursorStore(path, logger);
      const linesLeft = cut.toString('utf8').split('\n').length - 1;
      const told = {
        ended: new Map<string, unknown>(linesLeft > 0 ? [['s0', 7]] : []),
        jobs: new Map<string, unknown>(),
      };
      for (const [kind, key, value] of changes.slice(0, Math.max(0, linesLeft - 1))) {
        const map = kind === 'ended' ? told.ended : told.jobs;
        if (value === null) map.delete(key);
        else map.set(key, value);
      }
      const isFirstWhole = linesLeft === 0 && zeros === 0 && cut.length === first.length;
      if (isFirstWhole) told.ended.set('s0', 7);
      mustBeSame([...ended], [...told.ended], 'what is read is what the whole lines say');
      mustBeSame([...jobs], [...told.jobs], 'what is read is what the whole lines say');
      return linesLeft > changes.length ? 'accepted' : 'refused';
    },
    finish: async () => rmSync(root, { recursive: true, force: true }),
  });
};

const config =
  '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/widgets.git ; main\n[remote "up\\"stream"]\n url = "https://dev:secret@example.com/a/b.git"\n';

const gitConfigs = boundary({
  name: 'git-configs',
  share: 4,
  inputs: fc.oneof(
    mutatedBytes(fc.constant(config)).map((bytes) => bytes.toString('utf8')),
    fc
      .string({
        unit: fc.constantFrom('a', '/', ':', '@', '.', '\\', '"', '[', ']', ' ', '%', '#', '~', '?', '\0'),
        maxLength: 80,
      })
      .map((url) => `[remote "origin"]\nurl = https://${url}`),
    fc
      .constantFrom('a', ':', '@', '/', '"', '\\', '[ ', '%2f')
      .map((unit) => `[remote "origin"]\nurl = ${unit.repeat(20_000)}`),
  ),
  check: (text) => {
    const url = remoteUrl(text);
    const remote = url === undefined ? undefined : parseRemote(url);
    if (!remote) return 'refused';
    must(!remote.remote.includes('dev:secret@'), 'a remote names nobody', remote);
    return 'accepted';
  },
});

export const door: Door = async () => [
  settingsDocuments,
  settingsFiles(),
  privacyRules,
  smallFiles(),
  cutCursors(),
  gitConfigs,
];
