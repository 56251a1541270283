import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionEvent, sessionEventSchema } from '@crewboard/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { homeForEach } from '../../test/agent.ts';
import { assistantLine, attachmentLine, promptLine, systemLine, T, toolResultLine } from '../../test/entries.ts';

const at = homeForEach();

/** Put together here, so that no scanner takes this file for a leak. */
const joined = (...parts: string[]): string => parts.join('');
const SECRETS = [
  joined('sk-', 'ant-api03-CanaryCanaryCanary0123456789'),
  joined('ghp', '_CanaryCanaryCanaryCanaryCanary012345'),
  joined('AKIA', 'CANARYCANARY2345'),
  joined('xoxb', '-123456789012-CanaryCanaryCanary'),
  joined('SG.', 'CanaryCanaryCanary.CanaryCanaryCanaryCanary'),
  joined('sk_', 'live_CanaryCanaryCanaryCanary'),
  joined('glpat', '-CanaryCanaryCanary12'),
  joined('npm', '_CanaryCanaryCanaryCanaryCanary012345'),
  joined('hf', '_CanaryCanaryCanaryCanaryCanary0123'),
  joined('dop', '_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'),
  joined('hooks.slack', '.com/services/T0CANARY/B0CANARY/CanaryCanaryCanary'),
  joined('eyJ', 'hbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiIxIn0.Q2FuYXJ5Q2FuYXJ5'),
];
const HIDDEN = ['canary-hunter2', 'ca.nary@example.org', 'MIICanaryCanaryCanary'];
const ALL_SECRETS = [
  ...SECRETS,
  `postgres://canary:${HIDDEN[0]}@db.example.org/x`,
  `PASSWORD=${HIDDEN[0]}`,
  `Write to ${HIDDEN[1]}`,
  joined('-----BEGIN RSA ', 'PRIVATE KEY-----\n', HIDDEN[2] ?? '', '\n-----END RSA ', 'PRIVATE KEY-----'),
].join(' ; ');

/** In what no tier tells: results of tools, system prompts, settings, key files, accounts. */
const NEVER = 'CANARY-NEVER';

const plant = (): void => {
  const { home, claudeDir, project } = at.home;
  const cwd = join(home, 'CANARY-PATH', 'widgets');
  const fields = { cwd, gitBranch: `CANARY-BRANCH-${SECRETS[1]}`, slug: NEVER, email: `${NEVER}@example.org` };
  const say = (label: string): string => `CANARY-${label} ${ALL_SECRETS} CANARY-${label}`;
  const use = (name: string, input: object, id: string) =>
    assistantLine({ type: 'tool_use', id, name, input }, { id: `msg_${id}` }, fields);
  const lines = [
    promptLine(say('PROMPT'), fields),
    assistantLine({ type: 'text', text: say('REPLY') }, { id: 'msg_reply' }, fields),
    assistantLine({ type: 'thinking', thinking: NEVER }, { id: 'msg_thought' }, fields),
    use('Bash', { command: say('INPUT'), description: say('INPUT') }, 'toolu_000000000001'),
    use('Read', { file_path: join(cwd, 'CANARY-INPUT', 'x.ts') }, 'toolu_000000000002'),
    use('Agent', { description: say('DESCRIPTION'), prompt: NEVER }, 'toolu_000000000003'),
    use('TodoWrite', { todos: [{ content: say('TASK'), status: 'pending' }] }, 'toolu_000000000004'),
    ...['1', '2', '3', '4'].map((n) =>
      toolResultLine(`toolu_00000000000${n}`, { ...fields, toolUseResult: { stdout: NEVER } }, { content: NEVER }),
    ),
    JSON.stringify({ type: 'ai-title', sessionId: 'session-1', aiTitle: say('TITLE') }),
    JSON.stringify({ type: 'custom-title', sessionId: 'session-1', customTitle: say('TITLE') }),
    JSON.stringify({ type: 'summary', summary: say('TITLE'), leafUuid: NEVER }),
    JSON.stringify({ type: 'api-request-made', body: NEVER, organizationUuid: NEVER }),
    systemLine('api_error', { ...fields, error: { message: NEVER } }),
    attachmentLine(20).replace('xxxxxxxxxxxxxxxxxxxx', NEVER),
    promptLine('the end', fields, T + 1000),
  ];
  writeFileSync(at.home.transcript('session-1'), `${lines.join('\n')}\n`);
  const agents = join(project, 'session-1', 'subagents');
  mkdirSync(agents, { recursive: true });
  writeFileSync(
    join(agents, 'agent-CANARY-AGENT.jsonl'),
    `${promptLine(say('PROMPT'), { ...fields, isSidechain: true })}\n`,
  );
  writeFileSync(
    join(agents, 'agent-CANARY-AGENT.meta.json'),
    JSON.stringify({ agentType: 'CANARY-DESCRIPTION', description: say('DESCRIPTION') }),
  );
  writeFileSync(
    join(at.home.sessions, `${process.pid}.json`),
    JSON.stringify({
      pid: process.pid,
      sessionId: 'session-1',
      cwd,
      status: 'waiting',
      waitingFor: say('WAIT'),
      name: say('TITLE'),
    }),
  );
  writeFileSync(join(at.home.sessions, `${process.pid}.key`), NEVER);
  writeFileSync(join(claudeDir, 'settings.json'), JSON.stringify({ env: { TOKEN: NEVER }, apiKeyHelper: NEVER }));
  writeFileSync(
    join(home, '.claude.json'),
    JSON.stringify({ oauthAccount: { emailAddress: NEVER, organizationUuid: NEVER } }),
  );
  const job = join(claudeDir, 'jobs', 'ca11ab1e');
  mkdirSync(job, { recursive: true });
  writeFileSync(
    join(job, 'state.json'),
    JSON.stringify({
      sessionId: 'session-2',
      cwd,
      state: 'blocked',
      tempo: 'blocked',
      needs: `approve Bash: ${say('INPUT')}`,
      intent: say('PROMPT'),
      detail: say('REPLY'),
    }),
  );
  const spool = join(at.home.dataDir, 'spool');
  mkdirSync(spool, { recursive: true });
  const payloads = [
    { hook_event_name: 'UserPromptSubmit', prompt: say('PROMPT'), prompt_id: 'p1' },
    { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: say('INPUT') } },
    { hook_event_name: 'Notification', notification_type: 'permission_prompt', message: say('MESSAGE') },
    { hook_event_name: 'Elicitation', mcp_server_name: 'tickets', message: say('MESSAGE') },
    { hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: 'toolu_000000000009', tool_response: NEVER },
    { hook_event_name: 'StopFailure', error: 'server_error', last_assistant_message: say('REASON') },
  ];
  for (const [index, payload] of payloads.entries())
    writeFileSync(join(spool, `${index}.json`), JSON.stringify({ session_id: 'session-3', cwd, ...payload }));
};

/** All that the real agent hands to its sink, as text. */
const sentAt = async (tier: 'status' | 'summary' | 'full'): Promise<{ text: string; events: SessionEvent[] }> => {
  const agent = at.start({ defaultTier: tier });
  await agent.caughtUp;
  await agent.stop();
  for (const event of agent.events) sessionEventSchema.parse(event);
  return { text: JSON.stringify([agent.events, agent.reports]), events: agent.events };
};

const PRIVATE = [
  'PROMPT',
  'REPLY',
  'INPUT',
  'TITLE',
  'DESCRIPTION',
  'TASK',
  'MESSAGE',
  'REASON',
  'WAIT',
  'PATH',
  'BRANCH',
  'AGENT',
];

beforeEach(plant);

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
