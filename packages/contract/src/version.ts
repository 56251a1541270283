/** How an agent's version stands to the board's. One minor version apart works in both directions. */
export type Compatibility = 'same' | 'older' | 'newer' | 'too_old' | 'too_new' | 'unknown';

const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})/;

const parse = (text: string): { major: number; minor: number } | undefined => {
  const [, major, minor] = VERSION.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
};

export const compatibilityOf = (agentVersion: string, boardVersion: string): Compatibility => {
  const agent = parse(agentVersion);
  const board = parse(boardVersion);
  if (!agent || !board) return 'unknown';
  const apart = agent.major === board.major ? agent.minor - board.minor : (agent.major - board.major) * 1000;
  if (apart === 0) return 'same';
  if (Math.abs(apart) === 1) return apart < 0 ? 'older' : 'newer';
  return apart < 0 ? 'too_old' : 'too_new';
};
