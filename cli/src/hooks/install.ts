import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  compareVersions,
  HOOK_EVENTS,
  HOOK_TIMEOUT_S,
  type HookVariant,
  hookCommand,
  isHookCommand,
  OLDEST_CLIENT,
} from '@crewboard/ingest/hook-settings';
import { parseDocument, requireSoundHooks, type SettingsDocument, SettingsRefused } from './document.ts';
import {
  type HookEntry,
  type HookGroup,
  type HookGroups,
  type IsOurs,
  ourGroups,
  type WasThere,
  withHooks,
  withoutHooks,
} from './edit.ts';
import { fingerprint, readIfThere, replaceFile, targetOf } from './file.ts';
import { openReceipts, type Receipt } from './receipts.ts';
import { installScript, scriptState } from './script.ts';
import { withoutOurs } from './verify.ts';

export interface HooksContext {
  dataDir: string;
  variant: HookVariant;
  /** Ms since 1970. */
  now: number;
}

/** What to register for a client of this version. Throws where it is too old for any of it. */
export const groupsFor = (version: string, { dataDir, variant }: Omit<HooksContext, 'now'>): HookGroups => {
  if (compareVersions(version, OLDEST_CLIENT) < 0) {
    throw new Error(
      `Claude Code ${version} is too old for hooks of ours; they need ${OLDEST_CLIENT} or newer. The board works without hooks too.`,
    );
  }
  const command = hookCommand(dataDir, variant);
  // In double quotes, shells and PowerShell read these characters in different ways.
  if (variant === 'node' && /["$`!%]/.test(command.slice('node "'.length, -1))) {
    throw new Error(
      `The data folder’s path cannot be written into a command here: ${dataDir}. Set CREWBOARD_DATA_DIR.`,
    );
  }
  return new Map(
    HOOK_EVENTS.filter(({ since }) => compareVersions(version, since) >= 0).map(({ name, asyncSince, matcher }) => {
      const entry: HookEntry = { type: 'command', command, timeout: HOOK_TIMEOUT_S };
      const isAsync = asyncSince !== null && compareVersions(version, asyncSince) >= 0;
      const hooks: HookGroup['hooks'] = [isAsync ? { ...entry, async: true } : entry];
      return [name, matcher === null ? { hooks } : { matcher, hooks }];
    }),
  );
};

export type InstallOutcome = 'installed' | 'updated' | 'unchanged' | 'script renewed';

/**
 * Puts our hooks into a settings file, what is there stays as it is. A repeat changes nothing. Throws
 * {@link SettingsRefused}, with the file untouched, where it cannot be sure of the result.
 */
export const installHooks = async (
  path: string,
  groups: HookGroups,
  context: HooksContext,
): Promise<InstallOutcome> => {
  const { dataDir, variant } = context;
  const isOurs = isHookCommand(dataDir);
  const receipts = openReceipts(dataDir);
  const target = await targetOf(path);
  const found = await readIfThere(target);
  const document = parseDocument(found ?? Buffer.alloc(0));
  requireSoundHooks(document);

  const present = ourGroups(document, isOurs);
  const script = await scriptState(dataDir, variant);
  if (isDeepStrictEqual(byEvent(present), byEvent([...groups]))) {
    await installScript(dataDir, variant);
    return script === 'current' ? 'unchanged' : 'script renewed';
  }

  const receipt = await receipts.of(path);
  const base = present.length === 0 ? found : await before(path, found, document, isOurs, dataDir);
  const next = withHooks(parseDocument(base ?? Buffer.alloc(0)), groups);
  const bytes = Buffer.from(next.mark + next.text);
  // The hook is there before the settings name it.
  await installScript(dataDir, variant);
  const madeFolder = await makeFolder(dirname(target), await receipts.all());
  const backup = base === undefined ? null : await receipts.backUp(path, base, context.now);
  await receipts.save({ settings: path, backup, madeFolder, written: fingerprint(bytes) });
  try {
    await write(target, found, bytes);
    await requireResult(target, found, { isOurs, groups });
  } catch (error) {
    if (receipt) await receipts.save(receipt);
    else await receipts.forget(path);
    if (madeFolder !== null && !receipt) await rmdir(madeFolder).catch(() => undefined);
    throw error;
  }
  return present.length === 0 ? 'installed' : 'updated';
};

export type RemoveOutcome = 'restored' | 'removed' | 'deleted' | 'not installed';

/**
 * Takes our hooks out of a settings file: byte for byte as it was before (`restored`, `deleted` where there was none) if nobody
 * wrote to it since, else only what is ours (`removed`). Throws {@link SettingsRefused} with the file untouched.
 */
export const removeHooks = async (path: string, dataDir: string): Promise<RemoveOutcome> => {
  const isOurs = isHookCommand(dataDir);
  const receipts = openReceipts(dataDir);
  const receipt = await receipts.of(path);
  const target = await targetOf(path);
  const found = await readIfThere(target);
  const document = parseDocument(found ?? Buffer.alloc(0));
  if (found === undefined || ourGroups(document, isOurs).length === 0) {
    await receipts.forget(path);
    return 'not installed';
  }
  const base = await before(path, found, document, isOurs, dataDir);
  if (base === undefined) {
    await requireUntouched(target, found);
    await rm(target);
    if (receipt?.madeFolder) await rmdir(receipt.madeFolder).catch(() => undefined);
  } else {
    await write(target, found, base);
    await requireResult(target, found, { isOurs, groups: new Map() });
  }
  await receipts.forget(path);
  if (base === undefined) return 'deleted';
  return receipt?.written === fingerprint(found) ? 'restored' : 'removed';
};

/** The settings file without our hooks: the backup if nobody wrote to it since, else cut out of what is there. */
const before = async (
  path: string,
  found: Buffer | undefined,
  document: SettingsDocument,
  isOurs: IsOurs,
  dataDir: string,
): Promise<Buffer | undefined> => {
  const receipts = openReceipts(dataDir);
  const receipt = await receipts.of(path);
  const backup = receipt && (await receipts.backupOf(receipt));
  const isWhole = receipt !== undefined && (receipt.backup === null || backup !== undefined);
  if (isWhole && found && receipt.written === fingerprint(found)) return backup;
  const { mark, text, value } = withoutHooks(document, isOurs, knownFrom(backup));
  if (receipt?.backup === null && Object.keys(value).length === 0) return undefined;
  return Buffer.from(mark + text);
};

const knownFrom = (backup: Buffer | undefined): WasThere => {
  if (!backup) return () => false;
  const { value } = parseDocument(backup);
  return (path) => {
    let at: unknown = value;
    for (const key of path) at = isObject(at) ? at[key] : undefined;
    return at !== undefined;
  };
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const byEvent = (groups: Iterable<[string, unknown]>): [string, unknown][] =>
  [...groups].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));

/** Makes the folder of a settings file; answers it where it was not there before the first of our hooks was. */
const makeFolder = async (folder: string, receipts: readonly Receipt[]): Promise<string | null> => {
  if (receipts.some(({ madeFolder }) => madeFolder === folder)) return folder;
  if (await stat(folder).catch(() => undefined)) return null;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
};

const requireUntouched = async (target: string, found: Buffer | undefined): Promise<void> => {
  const now = await readIfThere(target);
  const isSame = found === undefined ? now === undefined : now?.equals(found);
  if (!isSame) throw new SettingsRefused('another program wrote to it at this moment; try again');
};

const write = async (target: string, found: Buffer | undefined, bytes: Buffer): Promise<void> => {
  await requireUntouched(target, found);
  await replaceFile(target, bytes);
};

/** Reads what was written. Anything else than our hooks must be as it was; if not, the file gets its old bytes back. */
const requireResult = async (
  target: string,
  found: Buffer | undefined,
  { isOurs, groups }: { isOurs: IsOurs; groups: HookGroups },
): Promise<void> => {
  try {
    const after = parseDocument((await readIfThere(target)) ?? Buffer.alloc(0));
    const had = parseDocument(found ?? Buffer.alloc(0));
    if (!isDeepStrictEqual(byEvent(ourGroups(after, isOurs)), byEvent([...groups]))) throw new Error('hooks');
    if (!isDeepStrictEqual(withoutOurs(after.value, isOurs), withoutOurs(had.value, isOurs))) throw new Error('others');
  } catch (error) {
    if (found) await replaceFile(target, found);
    else await rm(target, { force: true });
    throw new SettingsRefused('what was written could not be read back as meant; it is as it was before', {
      cause: error,
    });
  }
};
