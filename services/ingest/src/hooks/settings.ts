import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** A hook event of the client that says something of a session's status. */
export interface HookEvent {
  name: string;
  /** The client version that brought it. Older ones may leave out the whole settings file over a name they don't know. */
  since: string;
  /** From which version its hook runs in the background; null: always in line. */
  asyncSince: string | null;
  /** For which tools, as the client's settings say it; null: for all, or the event knows none. */
  matcher: string | null;
}

/**
 * Below this version hooks are not installed: it is the first with `PermissionRequest`, which is most of what they are for, and
 * per-command time-outs were settled long before.
 */
export const OLDEST_CLIENT = '2.0.45';

/**
 * The client took `async` a few months earlier, but until this version it wrote a line into the terminal for each hook that
 * had run in the background.
 */
const QUIET_ASYNC = '2.1.75';

const event = (name: string, rest: Partial<HookEvent> = {}): HookEvent => ({
  name,
  since: OLDEST_CLIENT,
  asyncSince: QUIET_ASYNC,
  matcher: null,
  ...rest,
});

/**
 * All tools but those that only look or keep the task list. Whatever its command, a PreToolUse hook holds the client up for
 * several ms (it writes the transcript out first), and these are most calls. They hardly ever ask; if one does, its
 * PermissionRequest tells the tool and its input. That a call was made is in the transcript at once.
 */
const MAY_ASK = '^(?!(Read|Glob|Grep|LS|ToolSearch|TodoWrite|TaskCreate|TaskGet|TaskList|TaskUpdate)$)';

/**
 * What is registered, and nothing else. Never WorktreeCreate, whose hook replaces what the client does, nor MessageDisplay,
 * which the client waits for with every piece of text.
 */
export const HOOK_EVENTS: readonly HookEvent[] = [
  event('SessionStart'),
  // In line: a client that exits does not wait for what runs in the background.
  event('SessionEnd', { asyncSince: null }),
  event('UserPromptSubmit'),
  event('PreToolUse', { matcher: MAY_ASK }),
  // Until 2.1.119 each background hook of this event left an empty entry in the transcript.
  event('PostToolUse', { asyncSince: '2.1.119' }),
  event('PostToolUseFailure', { since: '2.1.0' }),
  event('PermissionRequest'),
  event('PermissionDenied', { since: '2.1.89' }),
  event('Notification'),
  event('Stop'),
  event('StopFailure', { since: '2.1.78' }),
  event('SubagentStart'),
  event('SubagentStop'),
  event('PreCompact'),
  event('PostCompact', { since: '2.1.76' }),
  event('Elicitation', { since: '2.1.76' }),
  event('ElicitationResult', { since: '2.1.76' }),
];

/** Seconds until the client stops waiting for the hook. */
export const HOOK_TIMEOUT_S = 5;

/** The hook exists twice: for a POSIX shell, and for Node.js where there is none. */
export type HookVariant = 'sh' | 'node';

export const hookScript = (dataDir: string, variant: HookVariant): string =>
  join(resolve(dataDir), variant === 'sh' ? 'hook.sh' : 'hook.mjs');

/** Payloads wait here for the agent, one file each. */
export const spoolFolder = (dataDir: string): string => join(resolve(dataDir), 'spool');

/**
 * What settings.json names, the same text for the same data folder: it is how our entries are told from others'.
 *
 * The shell variant is read into the shell that the client starts anyway, which saves a process at every event and works
 * where nothing may be executed from the home folder. Where the script is gone, the payload is read and dropped: the client
 * tells the person of every hook that fails or leaves its input unread.
 */
export const hookCommand = (dataDir: string, variant: HookVariant): string => {
  const script = hookScript(dataDir, variant);
  if (variant === 'node') return `node "${script.replaceAll('\\', '/')}"`;
  const quoted = `'${script.replaceAll("'", "'\\''")}'`;
  return `[ -f ${quoted} ] && . ${quoted}; cat >/dev/null`;
};

/** Whether a command of a settings file is the hook of this data folder. */
export const isHookCommand = (dataDir: string): ((command: unknown) => boolean) => {
  const ours: readonly unknown[] = [hookCommand(dataDir, 'sh'), hookCommand(dataDir, 'node')];
  return (command) => ours.includes(command);
};

/** Below zero where `a` is the older version. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const entrySchema = z.looseObject({ command: z.string().optional().catch(undefined) });
const groupSchema = z.looseObject({ hooks: z.array(entrySchema.nullable().catch(null)).catch([]) });
const settingsSchema = z.looseObject({
  disableAllHooks: z.boolean().optional().catch(undefined),
  hooks: z.record(z.string(), z.array(groupSchema.nullable().catch(null)).catch([])).catch({}),
});

/** What a settings file says of our hook. */
export interface SettingsView {
  isDisabled: boolean;
  /** Names of the events that our hook is registered for. */
  events: string[];
}

/** Reads a settings file's text as leniently as it can be. `undefined` where it is no JSON object. Never throws. */
export const parseSettings = (text: string, dataDir: string): SettingsView | undefined => {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const isOurs = isHookCommand(dataDir);
  const events = Object.entries(parsed.data.hooks)
    .filter(([, groups]) => groups.some((group) => group?.hooks.some((entry) => isOurs(entry?.command))))
    .map(([name]) => name);
  return { isDisabled: parsed.data.disableAllHooks === true, events };
};

export type HooksInstalled = 'yes' | 'partly' | 'no' | 'disabled' | 'unreadable';

/** A person's settings have some kilobytes. To look through what is far larger would take the agent from its work for many seconds. */
const SETTINGS_MAX_BYTES = 1024 * 1024;

/**
 * What the person's own settings say: `yes` where our hook is registered for every event that all supported clients know,
 * `disabled` where it is, but `disableAllHooks` stands beside it. Never rejects.
 */
export const hooksInstalled = async (claudeDir: string, dataDir: string): Promise<HooksInstalled> => {
  const path = join(claudeDir, 'settings.json');
  let text: string;
  try {
    if ((await stat(path)).size > SETTINGS_MAX_BYTES) return 'unreadable';
    text = await readFile(path, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no' : 'unreadable';
  }
  return installedAs(parseSettings(text, dataDir));
};

export const installedAs = (view: SettingsView | undefined): HooksInstalled => {
  if (!view) return 'unreadable';
  if (view.events.length === 0) return 'no';
  if (view.isDisabled) return 'disabled';
  const base = HOOK_EVENTS.filter(({ since }) => since === OLDEST_CLIENT);
  return base.every(({ name }) => view.events.includes(name)) ? 'yes' : 'partly';
};
