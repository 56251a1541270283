import type { Session } from '@crewboard/contract';
import { needsPerson } from './needs.ts';

/** Started by a program and not by a person: `claude -p`, or a client built on an SDK. */
const isHelperRun = ({ kind, entrypoint }: Pick<Session, 'kind' | 'entrypoint'>): boolean =>
  kind === 'headless' || (entrypoint?.startsWith('sdk-') ?? false);

/** One that needs nobody: it stands on the board for those who want to see it. */
export const isQuietHelper = (session: Session): boolean => isHelperRun(session) && !needsPerson(session);
