import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { homeForEach } from '../../test/agent.ts';
import { HIDDEN, NEVER, PRIVATE, plantCanaries, SECRETS } from '../../test/canaries.ts';
import { T } from '../../test/entries.ts';

const at = homeForEach();

/** All that the real agent hands to its sink, as text. */
const sentAt = async (tier: 'status' | 'summary' | 'full'): Promise<{ text: string; events: SessionEvent[] }> => {
  const agent = at.start({ defaultTier: tier });
  await agent.caughtUp;
  await agent.stop();
  for (const event of agent.events) sessionEventSchema.parse(event);
  return { text: JSON.stringify([agent.events, agent.reports]), events: agent.events };
};

beforeEach(() => plantCanaries(at.home, T));

describe.each(['status', 'summary', 'full'] as const)('at tier %s', (tier) => {
  it('no secret, address of mail, output, prompt of the system or account leaves', async () => {
    const { text, events } = await sentAt(tier);
    expect(new Set(events.map(({ sessionId }) => sessionId)).size).toBe(3);
    for (const secret of [...SECRETS, ...HIDDEN, NEVER]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/canarycanary/i);
  });
});

it('no text of a person, a model or a tool, no path, branch or title leaves at status', async () => {
  const { text, events } = await sentAt('status');
  for (const label of PRIVATE) expect(text).not.toContain(`CANARY-${label}`);
  expect(text).not.toContain(at.home.home);
  expect(text).not.toContain('CANARY');
  const types = new Set(events.map(({ type }) => type));
  for (const type of [
    'PromptSubmitted',
    'ToolRequested',
    'TokensUsed',
    'PermissionRequested',
    'JobChanged',
    'PresenceChanged',
  ])
    expect(types).toContain(type);
  for (const type of ['TitleGiven', 'TasksListed']) expect(types).not.toContain(type);
});

it('prompts are cut and the home folder has no name at summary', async () => {
  const { text, events } = await sentAt('summary');
  for (const label of PRIVATE.filter((label) => label !== 'WAIT')) expect(text).toContain(`CANARY-${label}`);
  expect(text).not.toContain(at.home.home);
  for (const { type, data } of events) {
    if (type === 'PromptSubmitted' || type === 'AssistantReplied') expect(data.text.length).toBeLessThanOrEqual(160);
    if (type === 'SessionLocated') expect(data.cwd).toBe('~/CANARY-PATH/widgets');
  }
});

it('prompts and replies leave to their end at full', async () => {
  const { events } = await sentAt('full');
  const said = events.flatMap(({ type, data }) =>
    type === 'PromptSubmitted' || type === 'AssistantReplied' ? data.text : [],
  );
  expect(said.some((text) => text.endsWith('CANARY-PROMPT'))).toBe(true);
  expect(said.some((text) => text.endsWith('CANARY-REPLY'))).toBe(true);
});

it('of the recorded runs no text leaves at status, whatever the client wrote', async () => {
  const captures = join(import.meta.dirname, '../../../../test/captures');
  for (const name of readdirSync(captures)) {
    const projects = join(captures, name, 'claude', 'projects');
    for (const folder of readdirSync(projects))
      cpSync(join(projects, folder), join(at.home.claudeDir, 'projects', `${name}${folder}`), { recursive: true });
  }
  const agent = at.start({ defaultTier: 'status', maxAgeDays: 3650 });
  await agent.caughtUp;
  await agent.stop();
  expect(agent.ofType('PromptSubmitted').length).toBeGreaterThan(20);
  for (const { data } of agent.events) for (const text of textsOf(data)) expect(text).not.toMatch(/\s|[/\\]home/);
});

/** All texts of an event's data, but for those that the board or the client chose. */
const textsOf = (data: object): string[] =>
  Object.entries(data).flatMap(([key, value]) => {
    if (key === 'waitingFor' || key === 'owner' || key === 'reason' || key === 'needs') return [];
    if (typeof value === 'object' && value !== null) return textsOf(value);
    return typeof value === 'string' ? [value] : [];
  });
