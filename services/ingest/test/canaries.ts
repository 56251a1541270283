import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistantLine, attachmentLine, promptLine, systemLine, T, toolResultLine } from './entries.ts';

/** Put together here, so that no scanner takes this file for a leak. */
const joined = (...parts: string[]): string => parts.join('');
export const SECRETS = [
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
export const HIDDEN = ['canary-hunter2', 'ca.nary@example.org', 'MIICanaryCanaryCanary'];
const ALL_SECRETS = [
  ...SECRETS,
  `postgres://canary:${HIDDEN[0]}@db.example.org/x`,
  `PASSWORD=${HIDDEN[0]}`,
  `Write to ${HIDDEN[1]}`,
  joined('-----BEGIN RSA ', 'PRIVATE KEY-----\n', HIDDEN[2] ?? '', '\n-----END RSA ', 'PRIVATE KEY-----'),
].join(' ; ');

/** In what no tier tells: results of tools, system prompts, settings, key files, accounts. */
export const NEVER = 'CANARY-NEVER';

/** Where a machine keeps what the agent reads. */
export interface CanaryHome {
  home: string;
  claudeDir: string;
  dataDir: string;
}

/** Plants them in everything that the client writes. `at` is when the session spoke, in ms since 1970. */
export const plantCanaries = ({ home, claudeDir, dataDir }: CanaryHome, at: number): void => {
  const project = join(claudeDir, 'projects', '-home-dev-widgets');
  const sessions = join(claudeDir, 'sessions');
  for (const folder of [project, sessions]) mkdirSync(folder, { recursive: true });
  const cwd = join(home, 'CANARY-PATH', 'widgets');
  const fields = { cwd, gitBranch: `CANARY-BRANCH-${SECRETS[1]}`, slug: NEVER, email: `${NEVER}@example.org` };
  /** The lines' clock stands elsewhere. */
  const now = (text: string): string =>
    text.replace(/(?<="timestamp":")[^"]+/g, (time) => new Date(at + Date.parse(time) - T).toISOString());
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
  writeFileSync(join(project, 'session-1.jsonl'), now(`${lines.join('\n')}\n`));
  const agents = join(project, 'session-1', 'subagents');
  mkdirSync(agents, { recursive: true });
  writeFileSync(
    join(agents, 'agent-CANARY-AGENT.jsonl'),
    now(`${promptLine(say('PROMPT'), { ...fields, isSidechain: true })}\n`),
  );
  writeFileSync(
    join(agents, 'agent-CANARY-AGENT.meta.json'),
    JSON.stringify({ agentType: 'CANARY-DESCRIPTION', description: say('DESCRIPTION') }),
  );
  writeFileSync(
    join(sessions, `${process.pid}.json`),
    JSON.stringify({
      pid: process.pid,
      sessionId: 'session-1',
      cwd,
      status: 'waiting',
      waitingFor: say('WAIT'),
      name: say('TITLE'),
      tmux: 'CANARY-TMUX:@0.%0',
    }),
  );
  writeFileSync(join(sessions, `${process.pid}.key`), NEVER);
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
  const spool = join(dataDir, 'spool');
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

/** What stands behind `CANARY-` in texts that only some tiers tell. */
export const PRIVATE = [
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
  'TMUX',
];
