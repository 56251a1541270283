import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineReport, SessionEvent } from '@crewboard/contract';
import { createLogger, createMetrics } from '@crewboard/runtime';
import { afterEach, beforeEach } from 'vitest';
import { createIngestService, type EventSink, type IngestServiceOptions } from '../src/index.ts';
import { exposeIngest } from '../src/prometheus.ts';
import { T } from './entries.ts';

export const quiet = createLogger({ name: 'test', level: 'silent' });

/** A claude folder and a data folder of their own, gone after `remove`. */
export const createHome = () => {
  const home = mkdtempSync(join(tmpdir(), 'crewboard-agent-'));
  const claudeDir = join(home, 'claude');
  const project = join(claudeDir, 'projects', '-home-dev-widgets');
  const sessions = join(claudeDir, 'sessions');
  return {
    home,
    claudeDir,
    dataDir: join(home, 'data'),
    project,
    sessions,
    make: () => {
      mkdirSync(project, { recursive: true });
      mkdirSync(sessions, { recursive: true });
    },
    transcript: (sessionId: string) => join(project, `${sessionId}.jsonl`),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
};
export type Home = ReturnType<typeof createHome>;

/** Resolves when the condition holds; a test that waits in vain says for what. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** What the agents of tests take for now: a minute after the lines of `entries.ts`. */
export const NOW = T + 60_000;

/** A running agent on a home, with everything that its sink accepted. */
export const startTestAgent = (
  home: Home,
  { sink, ...options }: Partial<Omit<IngestServiceOptions, 'sink'>> & { sink?: Partial<EventSink> } = {},
) => {
  const events: SessionEvent[] = [];
  const reports: MachineReport[] = [];
  const registry = createMetrics();
  const stopping = new AbortController();
  const service = createIngestService({
    claudeDir: home.claudeDir,
    dataDir: home.dataDir,
    machine: 'devbox',
    owner: 'Dev',
    maxAgeDays: 7,
    target: 'board',
    tells: 'a test',
    defaultTier: 'full',
    home: home.home,
    sink: {
      send: async (batch) => {
        events.push(...batch);
      },
      report: async (report) => {
        reports.push(report);
      },
      standing: () => ({ clockSkewMs: 0, boardVersion: null, trouble: null }),
      ...sink,
    },
    logger: quiet,
    now: () => NOW,
    ...options,
  });
  exposeIngest(registry, service.figures);
  const running = service.run(stopping.signal);
  return {
    events,
    reports,
    registry,
    running,
    boardReady: service.boardReady,
    caughtUp: service.caughtUp,
    ofType: <Type extends SessionEvent['type']>(type: Type) =>
      events.filter((event): event is Extract<SessionEvent, { type: Type }> => event.type === type),
    prompts: () => events.flatMap((event) => (event.type === 'PromptSubmitted' ? event.data.text : [])),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

/** A new home for each test of the file that calls this, and the agents that the test starts on it: stopped before it is removed. */
export const homeForEach = ({ isMade = true } = {}) => {
  let current = createHome();
  current.remove();
  const agents: ReturnType<typeof startTestAgent>[] = [];
  beforeEach(() => {
    current = createHome();
    if (isMade) current.make();
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    current.remove();
  });
  return {
    get home(): Home {
      return current;
    },
    start: (options: Parameters<typeof startTestAgent>[1] = {}) => {
      const agent = startTestAgent(current, options);
      agents.push(agent);
      return agent;
    },
  };
};
