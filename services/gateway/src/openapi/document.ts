import { z } from 'zod';
import { boardVersion } from '../version.ts';
import { agentsArea } from './agents.ts';
import { boardArea } from './board.ts';
import { serviceArea } from './service.ts';
import { viewersArea } from './viewers.ts';

const AREAS = [boardArea, viewersArea, agentsArea, serviceArea];

/** The schemas as OpenAPI wants them: under `components`, without the marks of documents of their own. */
const components = () => {
  const schemas = z.registry<{ id: string }>();
  for (const area of AREAS) for (const [id, schema] of Object.entries(area.schemas)) schemas.add(schema, { id });
  const generated = z.toJSONSchema(schemas, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(generated.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
};

/** What the gateway serves, as OpenAPI 3.1. */
export const openapiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Crewboard',
    version: boardVersion,
    description: 'A live board of the Claude Code sessions of a team. All times are in ms since 1970.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  security: [{ viewer: [] }],
  paths: Object.assign({}, ...AREAS.map(({ paths }) => paths)) as (typeof AREAS)[number]['paths'],
  components: {
    schemas: components(),
    securitySchemes: {
      machine: { type: 'http', scheme: 'bearer' },
      viewer: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-crewboard',
        description: 'Without the prefix over http. No route asks for it on a board where nobody signs in.',
      },
      metrics: { type: 'http', scheme: 'bearer' },
    },
  },
});
