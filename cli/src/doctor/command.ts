import { agentConfigSchema } from '@crewboard/ingest';
import { parseConfig } from '@crewboard/runtime';
import { managedFolder } from '../hooks/policy.ts';
import { hooksStatus } from '../hooks/status.ts';
import { lastReport } from '../last-report.ts';
import { settingsSchema } from '../settings.ts';
import { checkAgent, checkWork } from './agent.ts';
import { checkBoard } from './board.ts';
import { type Check, printed } from './check.ts';
import { checkClaudeFolder, checkClients, checkNode, checkPresence, lookAtPresence } from './client.ts';
import { checkSkew } from './clock.ts';
import { checkHooks, checkSpool } from './hooks.ts';
import { checkStores } from './store.ts';

const doctorSchema = agentConfigSchema.safeExtend({ PORT: settingsSchema.shape.PORT });

/** Looks at everything that a board of this machine's sessions hangs on. Changes nothing, and works with nothing there. */
export const examine = async (env: NodeJS.ProcessEnv, now: number): Promise<Check[]> => {
  const config = parseConfig(doctorSchema, env);
  const { CLAUDE_CONFIG_DIR: claudeDir, CREWBOARD_DATA_DIR: dataDir, PORT: port } = config;
  const presence = await lookAtPresence(claudeDir);
  const hooks = await hooksStatus({ claudeDir, dataDir, managed: managedFolder(process.platform) });
  const report = await lastReport(dataDir);
  const agent = checkAgent(report, now);
  const running = agent.verdict === 'ok' ? report : undefined;
  const board = await checkBoard(config, port);
  return [
    checkNode(process.version),
    await checkClaudeFolder(claudeDir),
    await checkClients(presence, env),
    checkPresence(presence),
    checkHooks(hooks, presence.lastSaidAt, now),
    checkSpool(hooks),
    ...(await checkStores(dataDir)),
    agent,
    ...(running ? checkWork(running) : []),
    ...board.checks,
    ...(running && !board.knowsClock ? [checkSkew(running.clockSkewMs)] : []),
  ];
};

/** `crewboard doctor`: prints what it finds and what to do about it; the exit code is 1 where something is at fault. */
export const doctor = async (env: NodeJS.ProcessEnv, { json }: { json?: true }): Promise<void> => {
  const checks = await examine(env, Date.now());
  if (json) console.log(JSON.stringify({ checks }, null, 2));
  else for (const line of printed(checks)) console.log(line);
  if (checks.some(({ verdict }) => verdict === 'fault')) process.exitCode = 1;
};
