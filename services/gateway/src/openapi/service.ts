import { problemSchema } from '../problem.ts';
import { type Area, json, text } from './parts.ts';

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
        responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: {} } } } },
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
