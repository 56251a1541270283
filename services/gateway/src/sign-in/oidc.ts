import { typedNameSchema } from '@crewboard/contract';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import { z } from 'zod';
import type { OidcOptions } from './options.ts';
import { isPlainLoopback } from './plain-loopback.ts';
import { authorizationUrlOf, fingerprint, PROVIDER_WITHIN_S, type Provider } from './provider.ts';

const claimsSchema = z.object({
  sub: z.string(),
  name: typedNameSchema.optional().catch(undefined),
  preferred_username: typedNameSchema.optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  groups: z
    .union([z.array(z.string()), z.string().transform((group) => [group])])
    .optional()
    .catch(undefined),
});
type Claims = z.infer<typeof claimsSchema>;

const GROUP = 'group:';

/** An address counts once the provider has seen that it is theirs: else anybody could type one in there. */
const isListed = (list: readonly string[], { email, email_verified, groups }: Claims): boolean => {
  const address = email_verified === true ? email?.toLowerCase() : undefined;
  return list.some((entry) => {
    if (entry.startsWith(GROUP)) return groups?.includes(entry.slice(GROUP.length)) ?? false;
    if (address === undefined) return false;
    return entry.startsWith('@') ? address.endsWith(entry.toLowerCase()) : address === entry.toLowerCase();
  });
};

/** The way that the provider says it takes; where it says nothing, the specification's. */
const clientAuth = (secret: string): ClientAuth => {
  const post = ClientSecretPost(secret);
  const basic = ClientSecretBasic(secret);
  return (server, ...rest) =>
    (server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ? post : basic)(server, ...rest);
};

/** Sign-in by an OpenID Connect provider. It is asked for its addresses when the first person comes. */
export const createOidc = (options: OidcOptions): Provider => {
  const { issuer, clientId, clientSecret, allow, admins } = options;
  let known: Promise<Configuration> | undefined;
  const discover = () =>
    discovery(new URL(issuer), clientId, clientSecret, clientAuth(clientSecret), {
      timeout: PROVIDER_WITHIN_S,
      execute: [enableNonRepudiationChecks, ...(isPlainLoopback(issuer) ? [allowInsecureRequests] : [])],
    });
  const configured = (): Promise<Configuration> => {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };

  return {
    id: 'oidc',
    means: `oidc:${fingerprint(issuer, clientId, allow, admins)}`,
    async authorizationUrl(redirectUri, flow) {
      const configuration = await configured();
      const needsGroups = [...allow, ...admins].some((entry) => entry.startsWith(GROUP));
      const hasGroups = configuration.serverMetadata().scopes_supported?.includes('groups') ?? false;
      const scope = `openid profile email${needsGroups && hasGroups ? ' groups' : ''}`;
      return authorizationUrlOf(configuration, flow, { redirect_uri: redirectUri, scope, nonce: flow.nonce });
    },
    async arrival(callback, { state, nonce, verifier }) {
      const configuration = await configured();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const tokens = await authorizationCodeGrant(configuration, callback, checks);
      const proven = tokens.claims();
      if (!proven) throw new Error('the provider sent no ID token');
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await fetchUserInfo(configuration, tokens.access_token, proven.sub);
      const claims = claimsSchema.parse({ ...more, ...proven });
      const name = claims.name ?? claims.preferred_username ?? claims.sub;
      if (!isListed(allow, claims)) return { kind: 'stranger', name };
      return { kind: 'welcome', name, role: isListed(admins, claims) ? 'admin' : 'member' };
    },
  };
};
