import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from './file.ts';

/** Where an organisation's rules for the client lie. */
export const managedFolder = (platform: NodeJS.Platform): string => {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode';
  return platform === 'win32' ? 'C:\\Program Files\\ClaudeCode' : '/etc/claude-code';
};

/** A rule that keeps our hooks from running. */
export interface Obstacle {
  path: string;
  setting: 'disableAllHooks' | 'allowManagedHooksOnly';
}

const switchesSchema = z.looseObject({
  disableAllHooks: z.boolean().optional().catch(undefined),
  allowManagedHooksOnly: z.boolean().optional().catch(undefined),
});

/**
 * The first setting that switches hooks off: in the files given (the person's own, the project's), or in an organisation's,
 * which also may allow no hooks but its own. A file that cannot be read has no say.
 */
export const obstacleTo = async (
  settings: readonly string[],
  { claudeDir, managed }: { claudeDir: string; managed: string },
): Promise<Obstacle | undefined> => {
  for (const path of [...(await managedFiles(managed)), join(claudeDir, 'remote-settings.json')]) {
    const switches = await switchesOf(path);
    if (switches?.allowManagedHooksOnly) return { path, setting: 'allowManagedHooksOnly' };
    if (switches?.disableAllHooks) return { path, setting: 'disableAllHooks' };
  }
  for (const path of settings) {
    if ((await switchesOf(path))?.disableAllHooks) return { path, setting: 'disableAllHooks' };
  }
  return undefined;
};

/** Every settings file that has a say over hooks in a place: the person's, and those beside it in a project. */
export const settingsWithASay = (path: string, claudeDir: string): string[] => {
  const user = join(claudeDir, 'settings.json');
  if (path === user) return [user];
  return [user, join(dirname(path), 'settings.json'), join(dirname(path), 'settings.local.json')];
};

const managedFiles = async (managed: string): Promise<string[]> => {
  const dropIns = join(managed, 'managed-settings.d');
  const names = await readdir(dropIns).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(dropIns, name));
  return [join(managed, 'managed-settings.json'), ...files];
};

const switchesOf = async (path: string): Promise<z.infer<typeof switchesSchema> | undefined> => {
  try {
    const bytes = await readIfThere(path);
    return bytes && switchesSchema.parse(JSON.parse(bytes.toString().replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
};

/** What a person can do about an obstacle. */
export const explainObstacle = ({ path, setting }: Obstacle): string =>
  setting === 'allowManagedHooksOnly'
    ? `${path} allows no hooks but the organisation’s own (allowManagedHooksOnly): only who manages this machine can add ours. The board works without hooks too.`
    : `${path} switches all hooks off (disableAllHooks): ours would never run. The board works without hooks too.`;
