const noJsonSchema = (): never => {
  throw new Error('no route here has a JSON Schema: requests are parsed with zod');
};

/** Fastify's `schemaController`. Requests are parsed with zod: without this, Fastify loads compilers for JSON Schema that nobody asks for, and that are no part of a build. */
export const withoutJsonSchema = { compilersFactory: { buildValidator: noJsonSchema, buildSerializer: noJsonSchema } };
