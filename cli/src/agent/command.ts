import { agentConfigSchema } from '@crewboard/ingest';
import { parseConfig } from '@crewboard/runtime';
import { type JoinFlags, joinBoard } from './join.ts';
import { leaveBoard } from './leave.ts';
import { runAgent } from './run.ts';
import { type ShowFlags, showSent } from './show.ts';

export interface AgentFlags extends JoinFlags, ShowFlags {
  /** What an invitation shows. */
  join?: string;
  leave?: true;
  show?: true;
}

/** `crewboard agent`: reports this machine's sessions to a board elsewhere, until it is told to stop; joins a board before, or leaves it. */
export const agent = async (env: NodeJS.ProcessEnv, flags: AgentFlags): Promise<void> => {
  const config = parseConfig(agentConfigSchema, env);
  if (flags.leave) return leaveBoard(config);
  if (flags.show) return showSent(config, flags);
  if (flags.join !== undefined) await joinBoard(config, flags.join, flags);
  await runAgent(config);
};
