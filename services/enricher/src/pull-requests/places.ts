import type { Records } from '@crewboard/records';
import { z } from 'zod';
import type { Host } from './host.ts';
import { keyOf, type Repository, repositoryNamed } from './remote.ts';
import { placeShape } from './shapes.ts';

/** Where a repository is that sessions know by some name. */
const placeSchema = z.object({
  /** Its name now: it may have moved. Null where the host shows none to us. */
  name: z.string().nullable(),
  /** What it is a fork of. */
  parent: z.string().nullable(),
  until: z.number(),
});
type Known = z.infer<typeof placeSchema>;

export interface Place {
  /** Its name now. */
  own: Repository;
  /** Where its pull requests are opened: what it is a fork of, else itself. */
  target: Repository;
}

const SEEN_MS = 24 * 3_600_000;
/** A repository that we are not shown is looked for again so long after. */
const UNSEEN_MS = 3_600_000;

/** Finds out once for all replicas where repositories are: forks and moved ones are looked after with those that they belong to. */
export interface Places {
  /** `undefined` until it was found out, `'unseen'` where the host does not show it. */
  of(repository: Repository): Place | 'unseen' | undefined;
  /** Finds it out. Throws `HostPaused`. */
  find(repository: Repository, signal: AbortSignal): Promise<void>;
  /** The host stopped showing it. */
  lost(repository: Repository): Promise<void>;
}

export const createPlaces = (host: Host, records: Records, now: () => number): Places => {
  const known = new Map<string, Known>();
  const idOf = (repository: Repository): string => `place:${keyOf(repository)}`.slice(0, 200);

  const keep = async (repository: Repository, found: Omit<Known, 'until'>): Promise<void> => {
    const ttlMs = found.name === null ? UNSEEN_MS : SEEN_MS;
    const value: Known = { ...found, until: now() + ttlMs };
    known.set(keyOf(repository), value);
    await records.update('repository', idOf(repository), () => ({ value, ttlMs }));
  };

  return {
    of(repository) {
      const found = known.get(keyOf(repository));
      if (!found || found.until <= now()) return undefined;
      const own = found.name === null ? undefined : repositoryNamed(found.name);
      if (!own) return 'unseen';
      return { own, target: (found.parent && repositoryNamed(found.parent)) || own };
    },
    async find(repository, signal) {
      const shared = placeSchema.safeParse(await records.get('repository', idOf(repository))).data;
      if (shared && shared.until > now()) {
        known.set(keyOf(repository), shared);
        return;
      }
      const answer = await host.ask({ repository, path: '', shape: placeShape }, signal);
      await keep(repository, answer.kind === 'known' ? answer.value : { name: null, parent: null });
    },
    lost: (repository) => keep(repository, { name: null, parent: null }),
  };
};
