import { createHash } from 'node:crypto';
import type { Role } from '@crewboard/contract';
import {
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';

/** What a browser keeps between the way to a provider and the way back. Only it and this board ever see it. */
export const flowSchema = z.object({
  provider: z.enum(['github', 'oidc']),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** The page of the board that was asked for. */
  page: z.string(),
});
export type Flow = z.infer<typeof flowSchema>;

/** Who came back from a provider, and whether this board lets them in. */
export type Arrival = { kind: 'welcome'; name: string; role: Role } | { kind: 'stranger'; name: string };

/** Somebody else who knows who people are. */
export interface Provider {
  id: Flow['provider'];
  /** Changes with the lists of who may come in. */
  means: string;
  /** Where the browser goes to sign in. Rejects where the provider can't be reached. */
  authorizationUrl(redirectUri: string, flow: Flow): Promise<URL>;
  /** `callback` is the address that the browser came back with. Rejects where it proves nothing, or the provider is away. */
  arrival(callback: URL, flow: Flow): Promise<Arrival>;
}

/** For one way there and back. */
export const newFlow = (provider: Flow['provider'], page: string): Flow => ({
  provider,
  page,
  state: randomState(),
  nonce: randomNonce(),
  verifier: randomPKCECodeVerifier(),
});

export const authorizationUrlOf = async (
  configuration: Configuration,
  { state, verifier }: Flow,
  parameters: Record<string, string>,
): Promise<URL> =>
  buildAuthorizationUrl(configuration, {
    ...parameters,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });

/** A provider that has not answered by then is away. */
export const PROVIDER_WITHIN_S = 10;

export const fingerprint = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
