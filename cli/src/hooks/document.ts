import { type Node, parseTree } from 'jsonc-parser';
import { z } from 'zod';

/** Why a settings file is left alone; the message is for the person. */
export class SettingsRefused extends Error {
  readonly code = 'SETTINGS_REFUSED';
}

/** A settings file's text, and where the parts of it stand. */
export interface SettingsDocument {
  /** Without the byte order mark. */
  text: string;
  /** A byte order mark, or nothing. */
  mark: string;
  root: Node;
  value: Record<string, unknown>;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Takes a settings file apart. An empty file counts as an empty object, as it does for the client. Throws
 * {@link SettingsRefused} where the client would not read it either, or where an edit could not be sure of what it does.
 */
export const parseDocument = (bytes: Buffer): SettingsDocument => {
  const whole = decode(bytes);
  const mark = whole.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const text = whole.slice(mark.length).trim() === '' ? '{}\n' : whole.slice(mark.length);
  const value = parseJson(text);
  if (isDeeper(value, LEVELS_MAX)) throw new SettingsRefused(`it is nested more than ${LEVELS_MAX} levels deep`);
  const root = parseTree(text);
  if (root?.type !== 'object' || !isRecord(value)) throw new SettingsRefused('it holds no JSON object');
  const twice = repeatedKey(root);
  if (twice) throw new SettingsRefused(`the key “${twice}” stands in it twice: keep the one that is meant`);
  return { text, mark, root, value };
};

/** Far more than settings have. What takes a text apart and puts it together calls itself for each level, and the stack has an end. */
const LEVELS_MAX = 200;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SettingsRefused('it is not UTF-8 text');
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsRefused(
      `it is not plain JSON (comments are not allowed in it), Claude Code ignores it: ${reason}`,
    );
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const repeatedKey = (node: Node): string | undefined => {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key: unknown = node.type === 'object' ? child.children?.[0]?.value : undefined;
    if (typeof key === 'string' && seen.has(key)) return key;
    seen.add(key);
    const deeper = repeatedKey(child);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
};

const hooksSchema = z.record(
  z.string(),
  z.array(
    z.looseObject({ matcher: z.string().optional(), hooks: z.array(z.looseObject({ type: z.string() })) }),
    'expected a list',
  ),
  'expected an object',
);

/**
 * Throws {@link SettingsRefused} where the hooks that are there already do not have the client's shape: it would leave out the
 * whole file, ours with it.
 */
export const requireSoundHooks = ({ value }: SettingsDocument): void => {
  if (value.hooks === undefined) return;
  const parsed = hooksSchema.safeParse(value.hooks);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const place = ['hooks', ...(issue?.path ?? [])].join('.');
  throw new SettingsRefused(
    `what stands under “${place}” is no hook as Claude Code reads it: ${issue?.message ?? 'unknown'}`,
  );
};
