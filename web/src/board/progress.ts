import type { Session, Subagent } from '@crewboard/contract';

/** How many of its agents have not finished. */
export const agentsAtWork = (subagents: readonly Pick<Subagent, 'status'>[]): number =>
  subagents.filter(({ status }) => status === 'working' || status === 'waiting_for_approval').length;

/** `2/6`; null where a session keeps no list. */
export const tasksDone = (tasks: Session['tasks']): string | null =>
  tasks && tasks.length > 0 ? `${tasks.filter(({ status }) => status === 'completed').length}/${tasks.length}` : null;
