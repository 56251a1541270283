import type { z } from 'zod';

/** What one method of one address does, as OpenAPI tells it. */
export interface Operation extends Record<string, unknown> {
  responses: Record<number, unknown>;
}

/** One area of the API: its paths, and the schemas that it brings, by the names that `json` refers to. */
export interface Area {
  paths: Record<string, Record<string, Operation>>;
  schemas: Record<string, z.ZodType>;
}

export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const content = (name: string) => ({ 'application/json': { schema: reference(name) } });

export const json = (description: string, name: string) => ({ description, content: content(name) });

export const text = (description: string) => ({
  description,
  content: { 'text/plain': { schema: { type: 'string' } } },
});

export const jsonBody = (name: string) => ({ required: true, content: content(name) });

export const inPath = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', maxLength: 200 },
});

/** The answer to a request under another host name, of every route. */
export const misdirected = { 421: json('The Host header does not name this board', 'Problem') };

/** The answers to a page of another origin that sends something. */
export const refused = { ...misdirected, 403: json('A page of another origin', 'Problem') };

/** The answer to who is not signed in, of every route behind the door. */
export const signedOut = { 401: json('Nobody is signed in', 'Problem') };
