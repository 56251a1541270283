import type { Session } from '@crewboard/contract';
import { mayBePasted, quoted, quotedFolder, type Shell } from './shell-quote.ts';

export const EDITORS = ['vscode', 'cursor', 'windsurf', 'zed', 'none'] as const;
export type Editor = (typeof EDITORS)[number];
/** What their makers call them, in every language. */
export const EDITOR_NAMES = { vscode: 'VS Code', cursor: 'Cursor', windsurf: 'Windsurf', zed: 'Zed' } as const;

/** Something that leads to a session: a command to paste, or a link that an editor opens. */
export type Way =
  | { kind: 'resume' | 'tmux' | 'ssh'; command: string }
  | { kind: 'editor'; editor: Exclude<Editor, 'none'>; href: string };

export interface WhereOne {
  /** Whether the session runs on the computer that this page is looked at on. */
  isHere: boolean;
  editor: Editor;
}

const ID = /^[0-9A-Za-z][\w-]*$/;
const HOST = /^[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$/;
const WINDOWS_FOLDER = /^[A-Za-z]:[/\\]/;
/** A share is none: to go there tells its host who one is. */
const FOLDER = /^(?:\/|~$|~[/\\]|[A-Za-z]:[/\\])/;
const TMUX_TARGET = /^[^:.]+:@\d+\.%\d+$/;

const shellOf = (folder: string): Shell =>
  WINDOWS_FOLDER.test(folder) || folder.startsWith('~\\') ? 'powershell' : 'posix';

/** Nothing where a part of it is not known, or would not be safe to paste. */
const resumeCommand = ({ cwd, sessionId }: Session): string | null => {
  if (!FOLDER.test(cwd) || !mayBePasted(cwd) || !ID.test(sessionId)) return null;
  const shell = shellOf(cwd);
  const folder = quotedFolder(cwd, shell);
  // Windows’ own PowerShell has no &&.
  return shell === 'powershell'
    ? `Set-Location -LiteralPath ${folder} -ErrorAction Stop; claude --resume ${sessionId}`
    : `cd ${folder} && claude --resume ${sessionId}`;
};

/** Attaches where no tmux runs in that terminal, and goes there within it where one does: tmux refuses to attach to itself. */
const tmuxCommand = ({ tmux, ended }: Session): string | null => {
  if (tmux === null || ended || !TMUX_TARGET.test(tmux) || !mayBePasted(tmux)) return null;
  // Of a name that begins with one of these, tmux would make an option or a pattern.
  const target = quoted(`=${tmux}`);
  return `tmux attach -t ${target} || tmux switch-client -t ${target}`;
};

const SCHEMES = { vscode: 'vscode', cursor: 'cursor', windsurf: 'windsurf', zed: 'zed' } as const;

const inAddress = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** Editors know no `~`: only a whole path can be opened. */
const editorLink = ({ cwd, machine }: Session, { isHere, editor }: WhereOne): string | null => {
  if (editor === 'none' || !mayBePasted(cwd)) return null;
  const isWindows = WINDOWS_FOLDER.test(cwd);
  if (!cwd.startsWith('/') && !isWindows) return null;
  const path = isWindows ? `/${inAddress(cwd.replaceAll('\\', '/'))}` : inAddress(cwd);
  const scheme = SCHEMES[editor];
  if (isHere) return `${scheme}://file${path}`;
  if (!HOST.test(machine) || isWindows) return null;
  return editor === 'zed' ? `zed://ssh/${machine}${path}` : `${scheme}://vscode-remote/ssh-remote+${machine}${path}`;
};

/** All that leads to a session from where one sits, in the order in which it would be used. Pure. */
export const waysTo = (session: Session, where: WhereOne): Way[] => {
  const { machine, kind } = session;
  const resume = kind === 'headless' ? null : resumeCommand(session);
  const tmux = tmuxCommand(session);
  const href = editorLink(session, where);
  const canSsh = !where.isHere && HOST.test(machine);
  return [
    ...(canSsh ? [{ kind: 'ssh' as const, command: `ssh ${machine}` }] : []),
    ...(tmux ? [{ kind: 'tmux' as const, command: tmux }] : []),
    ...(resume ? [{ kind: 'resume' as const, command: resume }] : []),
    ...(href && where.editor !== 'none' ? [{ kind: 'editor' as const, editor: where.editor, href }] : []),
  ];
};
