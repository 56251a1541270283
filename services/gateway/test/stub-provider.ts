import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** What the client sent with a person to sign in. */
const authorizeQuery = z.object({
  client_id: z.literal('the-client'),
  response_type: z.literal('code'),
  redirect_uri: z.url(),
  state: z.string().min(20),
  scope: z.string(),
  nonce: z.string().optional(),
  code_challenge: z.string().min(20),
  code_challenge_method: z.literal('S256'),
});
type Asked = z.infer<typeof authorizeQuery>;

const tokenBody = z.object({
  grant_type: z.literal('authorization_code'),
  code: z.string(),
  redirect_uri: z.url(),
  code_verifier: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

export const CLIENT = { clientId: 'the-client', clientSecret: 'a-secret-of-the-client' };
export const ACCESS_TOKEN = 'an-access-token-of-the-provider';

const startServer = async (): Promise<FastifyInstance> => {
  const app = fastify({ forceCloseConnections: true });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  onTestFinished(() => app.close());
  return app;
};

const addressOf = async (app: FastifyInstance): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 });

/** Gives codes for what was asked, and takes each back once, from who knows the secret and the verifier of its challenge. */
const codes = () => {
  const given = new Map<string, Asked>();
  return {
    give(query: unknown): URL {
      const asked = authorizeQuery.parse(query);
      const code = randomUUID();
      given.set(code, asked);
      const back = new URL(asked.redirect_uri);
      back.searchParams.set('code', code);
      back.searchParams.set('state', asked.state);
      return back;
    },
    take(request: FastifyRequest): Asked {
      const body = tokenBody.parse(request.body);
      const [id, secret] = request.headers.authorization
        ? Buffer.from(request.headers.authorization.replace('Basic ', ''), 'base64')
            .toString()
            .split(':')
            .map(decodeURIComponent)
        : [body.client_id, body.client_secret];
      if (id !== CLIENT.clientId || secret !== CLIENT.clientSecret) throw new Error('another client');
      const asked = given.get(body.code);
      given.delete(body.code);
      const challenge = createHash('sha256').update(body.code_verifier).digest('base64url');
      if (asked?.code_challenge !== challenge) throw new Error('another verifier');
      if (asked.redirect_uri !== body.redirect_uri) throw new Error('another way back');
      return asked;
    },
  };
};

export interface StubGithub {
  url: string;
  apiUrl: string;
  /** Who is signed in at GitHub now. */
  login: string;
  /** `acme`, `acme/platform`: of which the person is a member, or was asked to be. */
  memberships: Map<string, 'active' | 'pending'>;
  scopes: string[];
}

export const startGithub = async (): Promise<StubGithub> => {
  const app = await startServer();
  const { give, take } = codes();
  const stub: StubGithub = { url: '', apiUrl: '', login: 'mara', memberships: new Map(), scopes: [] };

  app.get('/login/oauth/authorize', async (request, reply) => {
    const back = give(request.query);
    stub.scopes.push(authorizeQuery.parse(request.query).scope);
    back.searchParams.set('iss', `${stub.url}/login/oauth`);
    return reply.redirect(back.href);
  });
  app.post('/login/oauth/access_token', async (request) => {
    const { scope } = take(request);
    return { access_token: ACCESS_TOKEN, token_type: 'bearer', scope };
  });

  app.addHook('preHandler', async (request, reply) => {
    if (request.url.startsWith('/api/') && request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) {
      return reply.code(401).send({ message: 'Bad credentials' });
    }
  });
  app.get('/api/user', async () => ({ login: stub.login, id: 1, name: 'The Owner Of Everything' }));
  app.get<{ Params: { org: string } }>('/api/user/memberships/orgs/:org', async ({ params }, reply) => {
    const state = stub.memberships.get(params.org);
    return state ? { state, role: 'member' } : reply.code(404).send({ message: 'Not Found' });
  });
  app.get<{ Params: { org: string; team: string; login: string } }>(
    '/api/orgs/:org/teams/:team/memberships/:login',
    async ({ params }, reply) => {
      const state = params.login === stub.login && stub.memberships.get(`${params.org}/${params.team}`);
      return state ? { state, role: 'member' } : reply.code(404).send({ message: 'Not Found' });
    },
  );
  stub.url = await addressOf(app);
  stub.apiUrl = `${stub.url}/api`;
  return stub;
};

export interface StubOidc {
  issuer: string;
  /** What the ID token says besides what it has to. */
  claims: Record<string, unknown>;
  /** What the provider tells who asks with the access token. */
  userInfo: Record<string, unknown>;
  /** Makes the ID token wrong. */
  tamper: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Signs with a key that the provider does not publish. */
  signsWithAnotherKey: boolean;
  isAway: boolean;
}

const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

export const startOidc = async (): Promise<StubOidc> => {
  const app = await startServer();
  const { give, take } = codes();
  const own = newKey();
  const other = newKey();
  const stub: StubOidc = {
    issuer: '',
    claims: {},
    userInfo: {},
    tamper: (claims) => claims,
    signsWithAnotherKey: false,
    isAway: false,
  };

  const sign = (claims: Record<string, unknown>): string => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const content = `${encode({ alg: 'RS256', kid: 'key-1', typ: 'JWT' })}.${encode(claims)}`;
    const { privateKey } = stub.signsWithAnotherKey ? other : own;
    return `${content}.${createSign('RSA-SHA256').update(content).sign(privateKey, 'base64url')}`;
  };

  app.addHook('onRequest', async (_request, reply) => {
    if (stub.isAway) return reply.code(503).send('away');
  });
  app.get('/.well-known/openid-configuration', async () => ({
    issuer: stub.issuer,
    authorization_endpoint: `${stub.issuer}/authorize`,
    token_endpoint: `${stub.issuer}/token`,
    userinfo_endpoint: `${stub.issuer}/userinfo`,
    jwks_uri: `${stub.issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }));
  app.get('/keys', async () => ({
    keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', alg: 'RS256' }],
  }));
  app.get('/authorize', async (request, reply) => reply.redirect(give(request.query).href));
  app.post('/token', async (request) => {
    const { nonce } = take(request);
    const now = Math.floor(Date.now() / 1000);
    const standard = { iss: stub.issuer, aud: CLIENT.clientId, sub: 'person-1', iat: now, exp: now + 300, nonce };
    return {
      access_token: ACCESS_TOKEN,
      token_type: 'Bearer',
      id_token: sign(stub.tamper({ ...standard, ...stub.claims })),
    };
  });
  app.get('/userinfo', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return reply.code(401).send();
    return { sub: 'person-1', ...stub.userInfo };
  });
  stub.issuer = await addressOf(app);
  return stub;
};

/** A browser with cookies, that follows redirects from the board to the provider and back. */
export const createBrowser = () => {
  const cookies = new Map<string, Map<string, string>>();
  const jarOf = (url: URL) => {
    const jar = cookies.get(url.host) ?? new Map<string, string>();
    cookies.set(url.host, jar);
    return jar;
  };
  const step = async (url: URL): Promise<Response> => {
    const jar = jarOf(url);
    const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  return {
    step,
    cookie: (url: string): string | undefined => jarOf(new URL(url)).get('crewboard'),
    cookies: (url: string): ReadonlyMap<string, string> => jarOf(new URL(url)),
    /** Every address on the way; ends where nothing sends it on, or before `until`. */
    async visit(start: string, until?: (url: URL) => boolean): Promise<URL[]> {
      const way = [new URL(start)];
      for (let hops = 0; hops < 8; hops++) {
        const here = way.at(-1);
        if (!here || until?.(here)) return way;
        const location = (await step(here)).headers.get('location');
        if (location === null) return way;
        way.push(new URL(location, here));
      }
      throw new Error('sent on without end');
    },
  };
};
