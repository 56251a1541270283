/** `fault`: the board is wrong or empty over it. `warn`: it may be, or it works less well. */
export type Verdict = 'ok' | 'warn' | 'fault';

/** One thing that was looked at. */
export interface Check {
  name: string;
  verdict: Verdict;
  /** What was found. */
  found: string;
  /** What a person can do about it. */
  advice?: string;
}

export const ok = (name: string, found: string): Check => ({ name, verdict: 'ok', found });

export const warn = (name: string, found: string, advice: string): Check => ({ name, verdict: 'warn', found, advice });

export const fault = (name: string, found: string, advice: string): Check => ({
  name,
  verdict: 'fault',
  found,
  advice,
});

/** Checks as lines: the verdict, what was looked at, what was found; below it what to do. */
export const printed = (checks: readonly Check[]): string[] => {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, verdict, found, advice }) => [
    `${verdict.padEnd(5)}  ${name.padEnd(width)}  ${found}`,
    ...(advice === undefined ? [] : [`${' '.repeat(width + 9)}→ ${advice}`]),
  ]);
};
