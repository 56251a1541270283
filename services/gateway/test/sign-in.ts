import type { SignInOptions } from '../src/index.ts';

/** The passwords of boards in tests, by role. */
export const PASSWORDS = {
  viewer: 'only looking',
  member: 'one of the team',
  admin: 'keeper of the keys',
} as const;

export const signInOptions = (overrides: Partial<SignInOptions> = {}): SignInOptions => ({
  passwords: (['viewer', 'member', 'admin'] as const).map((role) => ({ role, password: PASSWORDS[role] })),
  ttlMs: 7 * 24 * 3_600_000,
  ...overrides,
});

export const METRICS_TOKEN = 'a-token-of-the-scraper';

const provider = { clientId: 'the-client', clientSecret: 'a-secret-of-the-client', allow: ['acme'], admins: [] };

/** All ways to sign in, the providers at an address where nobody answers. */
export const everyWayIn = signInOptions({
  github: { ...provider, url: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' },
  oidc: { ...provider, issuer: 'http://127.0.0.1:1', label: 'Acme' },
  metricsToken: METRICS_TOKEN,
});

/** What a browser sends from the board's own page. */
export const asPage = (url: string, cookie?: string): Record<string, string> => ({
  origin: url,
  ...(cookie === undefined ? {} : { cookie }),
});

/** The cookie that an answer sets, as a browser sends it back. */
export const cookieOf = (response: Response): string => {
  const [cookie = ''] = response.headers.getSetCookie().map((text) => text.split(';', 1)[0] ?? '');
  return cookie;
};

/** Signs in with a password; gives the cookie to send. */
export const signIn = async (
  url: string,
  { name, password }: { name: string; password: string },
  earlier?: string,
): Promise<string> => {
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { ...asPage(url, earlier), 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  if (response.status !== 204) throw new Error(`not signed in: ${response.status} ${await response.text()}`);
  return cookieOf(response);
};
