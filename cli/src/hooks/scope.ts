import { join, resolve } from 'node:path';

/** Whose settings: the person's own, those of a project, or the person's own of a project. */
export type Scope = 'user' | 'project' | 'local';

export interface ScopeOptions {
  /** A project's folder; `true` for the current one. */
  project?: string | true;
  local?: true;
}

export interface SettingsPlace {
  scope: Scope;
  /** Absolute. */
  path: string;
}

/** Which settings file is meant. `--local` alone means the current folder's. */
export const placeOf = ({ project, local }: ScopeOptions, claudeDir: string): SettingsPlace => {
  if (project === undefined && !local) return { scope: 'user', path: join(resolve(claudeDir), 'settings.json') };
  const folder = join(resolve(typeof project === 'string' ? project : '.'), '.claude');
  return local
    ? { scope: 'local', path: join(folder, 'settings.local.json') }
    : { scope: 'project', path: join(folder, 'settings.json') };
};
