import { isObject, type JsonObject, textOf } from '../json.ts';
import { cut, nameOf } from '../privacy/texts.ts';
import type { FactOf } from './facts.ts';

/** Where a working folder belongs. `branch` is the folder's own, asked for when the transcript names none. */
export interface Place {
  repo: string;
  remote: string | null;
  branch: string | null;
  worktree: string | null;
}
export type Locate = (cwd: string) => Place;

/** What a `SessionLocated` is made of, as the client wrote it. Nearly every entry repeats it. */
export interface Whereabouts {
  place: Place;
  cwd: string;
  gitBranch: unknown;
  version: unknown;
  entrypoint: unknown;
}

/** `undefined` where the entry names no folder. */
export const whereaboutsOf = (entry: JsonObject, locate: Locate): Whereabouts | undefined => {
  const cwd = textOf(entry.cwd);
  if (!cwd) return undefined;
  const { gitBranch, version, entrypoint } = entry;
  return { place: locate(cwd), cwd, gitBranch, version, entrypoint };
};

export const isSameWhereabouts = (a: Whereabouts | undefined, b: Whereabouts): boolean =>
  a?.place === b.place &&
  a.cwd === b.cwd &&
  a.gitBranch === b.gitBranch &&
  a.version === b.version &&
  a.entrypoint === b.entrypoint;

export const locatedAt = (
  { place, cwd, gitBranch, version, entrypoint }: Whereabouts,
  owner: string | null,
): FactOf<'SessionLocated'>['data'] => {
  const said = textOf(gitBranch);
  return {
    cwd: cut(cwd, 4096),
    repo: place.repo,
    remote: place.remote,
    branch: said && said !== 'HEAD' ? nameOf(said) : place.branch,
    worktree: place.worktree,
    owner,
    clientVersion: nameOrNull(version),
    entrypoint: nameOrNull(entrypoint),
  };
};

const nameOrNull = (value: unknown): string | null => {
  const text = textOf(value);
  return text === undefined ? null : nameOf(text);
};

/** Where the client says that the session moved to: written again and again, so that only another value is news. */
export const movedTo = (entry: JsonObject): { kind: string; cwd: string; gitBranch: unknown } | null | undefined => {
  switch (entry.type) {
    case 'relocated': {
      const cwd = textOf(entry.relocatedCwd);
      return cwd ? { kind: 'relocated', cwd, gitBranch: undefined } : null;
    }
    case 'worktree-state': {
      // Without one the session left its worktree: its next entry says where to.
      const worktree = isObject(entry.worktreeSession) ? entry.worktreeSession : {};
      const cwd = textOf(worktree.worktreePath);
      return cwd ? { kind: 'worktree', cwd, gitBranch: worktree.worktreeBranch } : null;
    }
    default:
      return undefined;
  }
};
