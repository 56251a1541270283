import { FINDINGS, type Finding } from '@crewboard/contract';
import { t } from '../words/index.ts';

const isKnown = (code: string): code is Finding => (FINDINGS as readonly string[]).includes(code);

/** What an agent found on its machine, in a sentence that says what to do. A newer agent may know more than this page. */
export const findingInWords = (code: string): string =>
  t(isKnown(code) ? `notices.finding.${code}` : 'notices.finding.unknown');

/** What the page of the machines shows by its lamps and figures already. */
const SEEN_ELSEWHERE: readonly string[] = [
  'presence_unreadable',
  'hooks_unreadable',
  'hooks_disabled',
  'hooks_partly',
  'backlog',
  'queue',
  'lines_unreadable',
  'clock_off',
] satisfies Finding[];

export const findingsOfRow = (codes: readonly string[]): string[] =>
  codes.filter((code) => !SEEN_ELSEWHERE.includes(code)).map(findingInWords);
