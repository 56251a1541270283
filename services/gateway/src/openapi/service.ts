import { problemSchema } from '../problem.ts';
import { type Area, json, misdirected, signedOut, text } from './parts.ts';

const health = (description: string) => ({
  description,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { status: { type: 'string' }, reason: { type: 'string' } },
        required: ['status'],
      },
    },
  },
});

/** What those ask who keep the service running, and how every error is told. */
export const serviceArea: Area = {
  schemas: { Problem: problemSchema },
  paths: {
    '/api/openapi.json': {
      get: {
        operationId: 'getOpenapi',
        summary: 'This document',
        responses: {
          200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: {} } } },
          ...signedOut,
          ...misdirected,
        },
      },
    },
    '/api/webhooks/github': {
      post: {
        operationId: 'hearGitHub',
        summary: 'GitHub says that something happened in a repository; the enricher looks there at once',
        description: 'There only where the board has a secret for it (GITHUB_WEBHOOK_SECRET). A repeat does no harm.',
        security: [],
        requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
        responses: {
          202: { description: 'Taken, whatever it is about' },
          401: json('The signature is not that of the secret', 'Problem'),
          413: json('The body is too large', 'Problem'),
          415: json('The body is not JSON', 'Problem'),
          ...misdirected,
          503: json('Nothing can be kept now; GitHub can send it again', 'Problem'),
        },
      },
    },
    '/healthz': {
      get: {
        operationId: 'getHealth',
        summary: 'Whether the process answers',
        security: [],
        responses: { 200: health('It does') },
      },
    },
    '/readyz': {
      get: {
        operationId: 'getReadiness',
        summary: 'Whether the log can be reached and the board is read',
        security: [],
        responses: { 200: health('Ready'), 503: health('Not ready; with the reason on a board where nobody signs in') },
      },
    },
    '/metrics': {
      get: {
        operationId: 'getMetrics',
        summary: 'Metrics for Prometheus',
        security: [{ viewer: [] }, { metrics: [] }],
        responses: { 200: text('Prometheus text format'), 401: json('Neither a viewer nor its token', 'Problem') },
      },
    },
  },
};
