import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type StandIn, startStandIn } from '../../cli/src/replay/realtime/stand-in.ts';
import { assistantLine, promptLine, systemLine, toolResultLine } from '../../services/ingest/test/entries.ts';

type Fields = Record<string, unknown>;

/** A developer's account on a machine, with the folders that the client and an agent keep there. */
export interface ClientMachine {
  home: string;
  claudeDir: string;
  dataDir: string;
  /** A clone of `remote` (`github.com/acme/widgets`) on a branch; answers its folder. */
  clone(remote: string, branch: string): string;
  start(options: ClientOptions): Promise<Client>;
  /** Ends all clients that still run. */
  close(): Promise<void>;
}

export interface ClientOptions {
  cwd: string;
  branch: string;
  /** Started by a program: `claude -p`. */
  isHeadless?: boolean;
  tmux?: string;
}

/**
 * A running client, as far as others can see it: a process, its presence, the transcript of its session and what hooks are given. A test
 * has it do things. All of it is written the way that the recorded client does.
 */
export interface Client {
  readonly sessionId: string;
  /** What follows happened so many ms ago; 0: it happens when it is called. */
  ago(ms: number): Client;
  prompts(text: string): Client;
  replies(text: string): Client;
  /** Runs a tool to its end. `more`: of the entry of its result. */
  uses(tool: string, input: Fields, more?: Fields): Client;
  /** Asks whether it may, and waits. With hooks, as the client writes it. */
  asks(tool: string, input: Fields): Client;
  /** A person allows what it asks: it goes on, and the call ends. */
  isAllowed(): Client;
  /** Launches an agent in the background, which begins with a command. */
  launches(agent: { type: string; description: string; command: string }): Client;
  /** A line of the client's own state: a title, a mode, its totals. */
  notes(entry: Fields): Client;
  /** The turn is over; the person's next prompt is waited for. `presence`: `shell` while one runs in the background. */
  ends(presence?: 'idle' | 'shell'): Client;
  /** `/clear`: the process goes on in a new session. Answers that session's id. */
  clears(): string;
  /** The person closes it. */
  exits(): Promise<void>;
}

const MODEL = 'claude-opus-5-5';
const projectOf = (cwd: string): string => cwd.replaceAll(/[/.]/g, '-');

export const openClientMachine = (home: string): ClientMachine => {
  const claudeDir = join(home, '.claude');
  const dataDir = join(home, '.crewboard');
  for (const name of ['projects', 'sessions']) mkdirSync(join(claudeDir, name), { recursive: true });
  mkdirSync(join(dataDir, 'spool'), { recursive: true, mode: 0o700 });
  const clients: StandIn[] = [];

  return {
    home,
    claudeDir,
    dataDir,
    clone: (remote, branch) => {
      const folder = join(home, 'src', remote.replace(/^.*\//, ''), branch.replaceAll('/', '-'));
      mkdirSync(join(folder, '.git'), { recursive: true });
      writeFileSync(join(folder, '.git/HEAD'), `ref: refs/heads/${branch}\n`);
      writeFileSync(join(folder, '.git/config'), `[remote "origin"]\n\turl = https://${remote}.git\n`);
      return folder;
    },
    start: async (options) => {
      const process = await startStandIn();
      clients.push(process);
      return startClient({ claudeDir, spool: join(dataDir, 'spool'), process, ...options });
    },
    close: async () => {
      await Promise.all(clients.map((process) => process.kill()));
    },
  };
};

const startClient = ({
  claudeDir,
  spool,
  process,
  cwd,
  branch,
  isHeadless = false,
  tmux,
}: ClientOptions & { claudeDir: string; spool: string; process: StandIn }): Client => {
  let sessionId: string = randomUUID();
  let agoMs = 0;
  let calls = 0;
  let asked: { id: string; tool: string; input: Fields } | undefined;
  const startedAt = Date.now();
  const now = (): number => Date.now() - agoMs;
  const entrypoint = isHeadless ? 'sdk-cli' : 'cli';
  const own = (): Fields => ({ sessionId, cwd, gitBranch: branch, entrypoint });
  const nextCall = (): string => `toolu_${sessionId.slice(0, 8)}${String(++calls).padStart(12, '0')}`;
  const usage = (): Fields => ({
    input_tokens: 1_200,
    output_tokens: 420,
    cache_read_input_tokens: 84_000 + calls * 2_500,
    cache_creation_input_tokens: 3_000,
  });

  const write = (line: string, file = `${sessionId}.jsonl`): void => {
    const path = join(claudeDir, 'projects', projectOf(cwd), file);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${line}\n`);
  };
  const says = (block: Fields, stopReason: string): void => {
    const message = { id: `msg_${randomUUID()}`, model: MODEL, stop_reason: stopReason, usage: usage() };
    write(assistantLine(block, message, own(), now()));
  };
  const hook = (name: string, fields: Fields): void => {
    const path = join(spool, `${randomUUID()}.json`);
    writeFileSync(`${path}.part`, JSON.stringify({ session_id: sessionId, cwd, hook_event_name: name, ...fields }));
    utimesSync(`${path}.part`, now() / 1_000, now() / 1_000);
    renameSync(`${path}.part`, path);
  };
  const presence = (status: string, fields: Fields = {}): void => {
    const at = now();
    const { pid, procStart } = process;
    const told = { kind: 'interactive', entrypoint, version: '2.1.330', name: 'widgets-1', nameSource: 'derived' };
    const times = { startedAt, statusUpdatedAt: at, updatedAt: at };
    const record = { pid, procStart, sessionId, cwd, tmux, ...told, ...times, status, ...fields };
    const path = join(claudeDir, 'sessions', `${pid}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(record));
    renameSync(`${path}.tmp`, path);
  };
  const calling = (tool: string, input: Fields): string => {
    const id = nextCall();
    says({ type: 'tool_use', id, name: tool, input }, 'tool_use');
    return id;
  };
  const resultOf = (id: string, more: Fields = {}): void => write(toolResultLine(id, { ...own(), ...more }, {}, now()));

  const client: Client = {
    get sessionId() {
      return sessionId;
    },
    ago: (ms) => {
      agoMs = ms;
      return client;
    },
    prompts: (text) => {
      const by = isHeadless ? 'sdk' : 'typed';
      write(promptLine(text, { ...own(), promptSource: by, turnOrigin: isHeadless ? 'sdk' : 'human' }, now()));
      presence('busy');
      return client;
    },
    replies: (text) => {
      says({ type: 'text', text }, 'end_turn');
      return client;
    },
    uses: (tool, input, more = {}) => {
      resultOf(calling(tool, input), more);
      return client;
    },
    asks: (tool, input) => {
      const id = nextCall();
      hook('PreToolUse', { tool_name: tool, tool_input: input, tool_use_id: id });
      says({ type: 'tool_use', id, name: tool, input }, 'tool_use');
      hook('PermissionRequest', { tool_name: tool, tool_input: input });
      presence('waiting', { waitingFor: tool === 'AskUserQuestion' ? 'input needed' : 'permission prompt' });
      asked = { id, tool, input };
      return client;
    },
    isAllowed: () => {
      if (!asked) throw new Error('nothing was asked');
      const { id, tool, input } = asked;
      asked = undefined;
      presence('busy');
      resultOf(id, { permissionDecision: { decision: 'accept', source: 'user_temporary' } });
      hook('PostToolUse', { tool_name: tool, tool_input: input, tool_use_id: id, tool_response: {} });
      return client;
    },
    launches: ({ type, description, command }) => {
      const agentId = randomUUID().replaceAll('-', '').slice(0, 17);
      const toolUseId = calling('Agent', { description, prompt: description, subagent_type: type });
      resultOf(toolUseId, { toolUseResult: { status: 'async_launched', agentId } });
      const file = `${sessionId}/subagents/agent-${agentId}`;
      const meta = { agentType: type, description, toolUseId, requestShape: 'background' };
      write(JSON.stringify(meta), `${file}.meta.json`);
      const ofAgent = { ...own(), isSidechain: true, agentId };
      write(promptLine(description, ofAgent, now()), `${file}.jsonl`);
      const block = { type: 'tool_use', id: nextCall(), name: 'Bash', input: { command } };
      write(assistantLine(block, { id: `msg_${randomUUID()}` }, ofAgent, now()), `${file}.jsonl`);
      return client;
    },
    notes: (entry) => {
      write(JSON.stringify({ ...entry, sessionId }));
      return client;
    },
    ends: (status = 'idle') => {
      write(systemLine('turn_duration', { ...own(), durationMs: 4_000 }, now()));
      presence(status);
      return client;
    },
    clears: () => {
      hook('SessionEnd', { reason: 'clear' });
      sessionId = randomUUID();
      write(promptLine('<command-name>/clear</command-name>', { ...own(), promptSource: undefined }, now()));
      write(systemLine('local_command', { ...own(), content: '', commandRun: { command: 'clear', args: '' } }, now()));
      hook('SessionStart', { source: 'clear', model: MODEL });
      presence('idle');
      return sessionId;
    },
    exits: async () => {
      rmSync(join(claudeDir, 'sessions', `${process.pid}.json`), { force: true });
      await process.kill();
    },
  };
  return client;
};
