import { createLogger, createMetrics } from '@crewboard/runtime';
import { expect, test } from 'vitest';
import { openLog, startGateway } from '../../test/harness.ts';
import { openapiDocument } from '../openapi/document.ts';

const references = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
};

test('refers only to schemas that are there', () => {
  const document = openapiDocument();
  const found = new Set(references(document));
  expect(found.size).toBeGreaterThan(4);
  for (const reference of found) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1] ?? reference;
    expect(Object.keys(document.components.schemas)).toContain(name);
  }
});

test('describes the session as it is sent', () => {
  const { Session } = openapiDocument().components.schemas;
  expect(Session).toMatchObject({ type: 'object', properties: { sessionId: { type: 'string' } } });
});

/** A feed that is asked for without an upgrade, a session that is none, and what comes without a token. */
const notOk: Record<string, number> = {
  '/api/feed': 426,
  '/api/sessions/{id}': 404,
  '/api/sessions/{id}/history': 404,
  '/api/sessions/{id}/story': 404,
  '/api/join': 400,
  '/api/agent': 401,
  '/api/ingest': 401,
  '/api/agent/report': 401,
  '/api/agent/forget': 401,
};

test('is served, and every path in it is', async () => {
  const { url } = await startGateway(await openLog(), {
    logger: createLogger({ name: 'gateway', level: 'silent' }),
    registry: createMetrics(),
  });
  const served = await (await fetch(`${url}/api/openapi.json`)).json();
  expect(served).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
  for (const [path, methods] of Object.entries(openapiDocument().paths)) {
    for (const method of Object.keys(methods)) {
      const response = await fetch(`${url}${path}`, { method });
      const expected = notOk[path] ?? 200;
      expect([path, response.status]).toEqual([path, expected]);
    }
  }
});
