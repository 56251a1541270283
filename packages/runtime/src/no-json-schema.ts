const noJsonSchema = (): never => {
  throw new Error('no route here has a JSON Schema: requests are parsed with zod');
};

/**
 * For every Fastify server: requests are parsed with zod. Without these two, Fastify loads compilers for JSON Schema that nobody asks
 * for, and which are no part of the build.
 */
export const withoutJsonSchema = {
  compilersFactory: { buildValidator: noJsonSchema, buildSerializer: noJsonSchema },
};
