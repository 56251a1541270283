import { allowInsecureRequests, authorizationCodeGrant, ClientSecretPost, Configuration } from 'openid-client';
import { z } from 'zod';
import type { GithubOptions } from './options.ts';
import { isPlainLoopback } from './plain-loopback.ts';
import { authorizationUrlOf, fingerprint, PROVIDER_WITHIN_S, type Provider } from './provider.ts';

const userSchema = z.object({ login: z.string().min(1).max(100) });
const membershipSchema = z.object({ state: z.string() });

/** Sign-in by GitHub. The access token is used to see the memberships, and kept nowhere. */
export const createGithub = (options: GithubOptions): Provider => {
  const { clientId, clientSecret, allow, admins, url, apiUrl } = options;
  const oauth = `${url}/login/oauth`;
  const configuration = new Configuration(
    // GitHub names itself so in the answers it signs nothing of (RFC 9207).
    { issuer: oauth, authorization_endpoint: `${oauth}/authorize`, token_endpoint: `${oauth}/access_token` },
    clientId,
    clientSecret,
    ClientSecretPost(clientSecret),
  );
  configuration.timeout = PROVIDER_WITHIN_S;
  if (isPlainLoopback(url)) allowInsecureRequests(configuration);

  const ask = (path: string, token: string): Promise<Response> =>
    fetch(`${apiUrl}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'crewboard',
        'x-github-api-version': '2022-11-28',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(PROVIDER_WITHIN_S * 1000),
    });

  /** 403 too: an organisation may forbid apps that it did not approve to see who its members are. */
  const isMember = async (entry: string, login: string, token: string): Promise<boolean> => {
    const [organisation = '', team] = entry.split('/').map(encodeURIComponent);
    const path = team
      ? `/orgs/${organisation}/teams/${team}/memberships/${encodeURIComponent(login)}`
      : `/user/memberships/orgs/${organisation}`;
    const response = await ask(path, token);
    if (response.status === 404 || response.status === 403) return false;
    if (!response.ok) throw new Error(`GitHub answered ${response.status} when asked for a membership`);
    return membershipSchema.safeParse(await response.json()).data?.state === 'active';
  };

  const isMemberOfAny = async (entries: readonly string[], login: string, token: string): Promise<boolean> => {
    for (const entry of entries) if (await isMember(entry, login, token)) return true;
    return false;
  };

  return {
    id: 'github',
    means: `github:${fingerprint(url, clientId, allow, admins)}`,
    authorizationUrl: (redirectUri, flow) =>
      authorizationUrlOf(configuration, flow, { redirect_uri: redirectUri, scope: 'read:org', allow_signup: 'false' }),
    async arrival(callback, { state, verifier }) {
      const checks = { expectedState: state, pkceCodeVerifier: verifier };
      const { access_token: token } = await authorizationCodeGrant(configuration, callback, checks);
      const answer = await ask('/user', token);
      if (!answer.ok) throw new Error(`GitHub answered ${answer.status} when asked who signed in`);
      // The login, not the name: that one everybody chooses for themselves.
      const { login } = userSchema.parse(await answer.json());
      if (!(await isMemberOfAny(allow, login, token))) return { kind: 'stranger', name: login };
      const teams = admins.filter((entry) => entry.includes('/'));
      const isNamed = admins.some((entry) => entry.toLowerCase() === login.toLowerCase());
      const isAdmin = isNamed || (await isMemberOfAny(teams, login, token));
      return { kind: 'welcome', name: login, role: isAdmin ? 'admin' : 'member' };
    },
  };
};
