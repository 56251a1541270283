import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { keyOf, type Repository } from './remote.ts';

/** Who asks the host: a token of somebody's, or an app that is installed where it may look. */
export type Credentials = { token: string } | { appId: string; privateKey: string };

const Client = Octokit.plugin(retry, throttling);
export type Client = InstanceType<typeof Client>;

export interface Limits {
  /** The hour's requests are used up; more in `seconds`. */
  primary(seconds: number): void;
  /** Too many at once, says the host. */
  secondary(seconds: number): void;
}

/** Retried by the plugin: faults of the host. A limit is none: whoever asked too much asks nothing more until it is over. */
const NEVER_AGAIN = [304, 400, 401, 403, 404, 409, 410, 422, 429, 451];
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** An app is asked for again whether it is installed at a repository so long after. */
const INSTALLED_MS = 3_600_000;

const installationShape = z.object({ id: z.number().int() });

/** The clients by which repositories are asked for: one for a token, one for each installation of an app. */
export const createClients = ({
  credentials,
  apiUrl,
  limits,
  now,
}: {
  credentials: Credentials;
  apiUrl: string;
  limits: Limits;
  now: () => number;
}) => {
  const clientOf = (auth: object): Client =>
    new Client({
      ...auth,
      baseUrl: apiUrl,
      userAgent: 'crewboard',
      // What it logs holds addresses of private repositories.
      log: QUIET,
      retry: { doNotRetry: NEVER_AGAIN, retries: 1 },
      throttle: {
        onRateLimit: (seconds) => limits.primary(seconds),
        onSecondaryRateLimit: (seconds) => limits.secondary(seconds),
      },
    });

  if ('token' in credentials) {
    const client = clientOf({ auth: credentials.token });
    return async (): Promise<Client> => client;
  }

  const app = clientOf({ authStrategy: createAppAuth, auth: credentials });
  const installations = new Map<number, Client>();
  const known = new Map<string, { id: number; until: number }>();

  /** Throws what the host answers: 404 where the app is not installed. */
  return async (repository: Repository, signal: AbortSignal): Promise<Client> => {
    const key = keyOf(repository);
    let found = known.get(key);
    if (!found || found.until <= now()) {
      const { data } = await app.request('GET /repos/{owner}/{repo}/installation', {
        owner: repository.owner,
        repo: repository.name,
        request: { signal },
      });
      found = { id: installationShape.parse(data).id, until: now() + INSTALLED_MS };
      known.set(key, found);
    }
    const { id } = found;
    const client =
      installations.get(id) ?? clientOf({ authStrategy: createAppAuth, auth: { ...credentials, installationId: id } });
    installations.set(id, client);
    return client;
  };
};
