import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RememberedSession, storedSessions } from './places.ts';
import { repositoryMatcher } from './rules.ts';

/** Where what is remembered of sessions lies, by whom they are told to (see `IngestServiceOptions.target`). */
export const placesPath = (agentFolder: string, target: string): string => join(agentFolder, `places-${target}.json`);

/** The sessions that a target may hold something of, by their id. */
export const toldSessions = (dataDir: string, target: string): Map<string, RememberedSession> => {
  let text: string;
  try {
    text = readFileSync(placesPath(join(dataDir, 'agent'), target), 'utf8');
  } catch {
    return new Map();
  }
  return new Map(Object.entries(storedSessions(text)));
};

/** Those that ever worked in a repository that a glob names. */
export const sessionsIn = (sessions: ReadonlyMap<string, RememberedSession>, repo: string): string[] => {
  const matches = repositoryMatcher(repo);
  return [...sessions].flatMap(([id, { places }]) => (places.some(matches) ? [id] : []));
};
