import { ago } from '../time-words.ts';
import type { AgentStatus } from './status.ts';

/** How the agent fares, a fact a line, and what to do next. */
export const describeStatus = (status: AgentStatus, now: number): string[] => {
  const { joined, installed, running, board, sent, privacy, next } = status;
  const facts: [string, string][] = [
    [
      'joined',
      joined ? `${joined.url}${joined.machine ? `, as “${joined.machine}” of ${joined.owner}` : ''}` : 'no board',
    ],
    ['installed', installed ? `${installed.as}, version ${installed.version ?? 'gone'}` : 'no'],
    ['running', running ? describeRunning(running, now) : 'no'],
  ];
  if (board?.version) facts.push(['board', `version ${board.version}${describeSkew(board.clockSkewMs)}`]);
  if (sent) facts.push(['sent', `${describeAccepted(sent.acceptedAt, now)}; ${sent.queuedEvents} events wait`]);
  if (privacy) facts.push(['privacy', describePrivacy(privacy)]);
  return [...facts.map(([name, found]) => `${name.padEnd(9)}  ${found}`), ...(next === null ? [] : [`→ ${next}`])];
};

const describeRunning = ({ pid, version, startedAt }: NonNullable<AgentStatus['running']>, now: number): string =>
  `process ${pid}${version ? `, version ${version}` : ''}${startedAt === null ? '' : `, started ${ago(startedAt, now)}`}`;

const describeAccepted = (acceptedAt: number | null, now: number): string =>
  acceptedAt === null ? 'nothing accepted since it started' : `last accepted ${ago(acceptedAt, now)}`;

/** What the agent takes out of what it sends. */
const describeSkew = (ms: number | null): string => {
  if (ms === null || Math.abs(ms) < 1000) return '';
  return `; this machine’s clock is ${(Math.abs(ms) / 1000).toFixed(1)} s ${ms > 0 ? 'behind' : 'ahead'}, which is taken out`;
};

const describePrivacy = ({ tier, rules, privateSessions }: NonNullable<AgentStatus['privacy']>): string =>
  `${tier} (${rules} rules, ${privateSessions} private sessions)`;
