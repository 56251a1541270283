import { execFileSync } from 'node:child_process';
import type { Session } from '@crewboard/contract';
import { aSession } from '@crewboard/contract/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayBePasted, quoted, quotedFolder } from './shell-quote.ts';
import { type Editor, type Way, waysTo } from './ways.ts';

/** What the shell makes of a command's words, each behind a NUL. */
const wordsOf = (command: string, env: Record<string, string> = {}): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8', env: { PATH: '/bin:/usr/bin', ...env } })
    .split('\0')
    .slice(0, -1);

/** What people call folders, and what somebody might who means harm. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.stringMatching(/^[ -~]{1,20}$/),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '`',
        '$(id)',
        `$\{HOME}`,
        '\\',
        ' ',
        ';',
        '&&',
        '|',
        '~',
        '*',
        '!',
        '#',
        '\n',
        'é',
        '💥',
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);

describe('a text in a command', () => {
  test('is one word to a shell, to the letter', () => {
    const texts = fc.sample(anyText, 500).filter((text) => !text.includes('\0'));
    expect(wordsOf(texts.map((text) => quoted(text)).join(' '))).toEqual(texts);
  });

  test('keeps the home folder of whoever pastes it, and nothing else unquoted', () => {
    const folders = fc.sample(anyText, 200).map((text) => `/${text.replaceAll('\0', '')}`);
    const command = folders.map((folder) => quotedFolder(`~${folder}`)).join(' ');
    expect(wordsOf(command, { HOME: '/home/mika' })).toEqual(folders.map((folder) => `/home/mika${folder}`));
    expect([quotedFolder('~'), quotedFolder('~mallory/x'), quotedFolder('/srv/$(id)')]).toEqual([
      '~',
      "'~mallory/x'",
      "'/srv/$(id)'",
    ]);
  });

  test('is none where a terminal would take a part of it for keys, or a person would read another', () => {
    for (const text of ['a\nb', 'a\u0003b', 'a\u001b[A', 'a\u007f', 'a\u009b', 'a\u202eb', 'a\u2028b', '\ud800']) {
      expect(mayBePasted(text), JSON.stringify(text)).toBe(false);
    }
    for (const text of ['/home/dev/widgets', 'Ünïcödé 👩‍💻', 'שלום', "o'clock"])
      expect(mayBePasted(text), text).toBe(true);
  });

  test('is one string to PowerShell, whatever quotes it holds', () => {
    expect(quoted("C:\\it's ‘here’; $(id)", 'powershell')).toBe("'C:\\it''s ‘‘here’’; $(id)'");
    expect(quotedFolder("~\\it's", 'powershell')).toBe("(Join-Path $HOME 'it''s')");
  });
});

describe('the ways to a session', () => {
  const here = { isHere: true, editor: 'vscode' } as const;
  const away = { isHere: false, editor: 'vscode' } as const;
  const ways = (overrides: Partial<Session>, where: { isHere: boolean; editor: Editor } = here): string[] =>
    waysTo(aSession(overrides), where).map((way: Way) => ('command' in way ? way.command : way.href));

  test('are the client’s own, tmux and the editor on one’s own computer', () => {
    expect(ways({ cwd: '/home/dev/my widgets', tmux: 'probe a:@0.%2' })).toEqual([
      "tmux attach -t '=probe a:@0.%2' || tmux switch-client -t '=probe a:@0.%2'",
      "cd '/home/dev/my widgets' && claude --resume session-1",
      'vscode://file/home/dev/my%20widgets',
    ]);
  });

  test('begin with ssh where it runs elsewhere, and the editor goes there too', () => {
    expect(ways({ machine: 'atlas.local' }, away)).toEqual([
      'ssh atlas.local',
      'cd /home/dev/widgets && claude --resume session-1',
      'vscode://vscode-remote/ssh-remote+atlas.local/home/dev/widgets',
    ]);
    expect(ways({ machine: 'atlas' }, { isHere: false, editor: 'zed' }).at(-1)).toBe(
      'zed://ssh/atlas/home/dev/widgets',
    );
    expect(ways({ machine: '-oProxyCommand=id' }, away)).toEqual(['cd /home/dev/widgets && claude --resume session-1']);
  });

  test('of a Windows machine are PowerShell’s', () => {
    expect(ways({ cwd: 'C:\\Users\\Mika\\it’s' })).toEqual([
      "Set-Location -LiteralPath 'C:\\Users\\Mika\\it’’s' -ErrorAction Stop; claude --resume session-1",
      'vscode://file/C%3A/Users/Mika/it%E2%80%99s',
    ]);
  });

  test('are only those that are known and safe', () => {
    for (const cwd of ['', '~mallory', '\\\\evil\\share', 'x']) expect(ways({ cwd }), cwd).toEqual([]);
    expect(ways({ cwd: '~/widgets' }), 'no editor knows a home folder').toEqual([
      'cd ~/widgets && claude --resume session-1',
    ]);
    expect(ways({ cwd: '/tmp/\u001b]0;x\u0007' })).toEqual([]);
    expect(ways({ sessionId: '--dangerously-skip-permissions', cwd: '/x' }, { ...here, editor: 'none' })).toEqual([]);
    expect(ways({ tmux: 'x:@0.%0', ended: true, cwd: '' })).toEqual([]);
    expect(ways({ tmux: "x'; id; ':1", cwd: '' })).toEqual([]);
    expect(ways({ kind: 'headless' }, { ...here, editor: 'none' })).toEqual([]);
  });

  test('open nothing but editors, whatever the folder is called', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('vscode', 'cursor', 'windsurf', 'zed'),
        fc.boolean(),
        (name, editor, isHere) => {
          for (const way of waysTo(aSession({ cwd: `/${name}` }), { isHere, editor: editor as Editor })) {
            if (way.kind === 'editor') expect(new URL(way.href).protocol).toMatch(/^(vscode|cursor|windsurf|zed):$/);
          }
        },
      ),
    );
  });
});
