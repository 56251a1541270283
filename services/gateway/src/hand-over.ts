import type { Session, StoryEntry } from '@crewboard/contract';

const LINE_CHARS = 300;
/** So many of each list are told, the latest. */
const LISTED = 12;

const EDITING: ReadonlySet<string> = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);

/** What a turn was for, and how it ended. */
interface Turn {
  prompt: string;
  said: string | null;
  how: 'done' | 'interrupted' | 'failed' | null;
  because: string;
}

/**
 * A note for the colleague who takes a session over: what was done, what is open, which files, and where to go on. Made of
 * what the board has of it, word for word, as far as its machine's privacy lets through.
 */
export const handOverNote = (session: Session, story: readonly StoryEntry[]): string => {
  const turns = turnsOf(story);
  const sections: [heading: string, lines: readonly string[]][] = [
    ['What was done', [...turns.map(turnLine), ...finishedTasks(session)]],
    ['What is open', openOf(session, turns.at(-1))],
    ['Files', filesOf(story)],
    ['Commits', session.commits],
    ['Where to go on', placeOf(session)],
  ];
  const told = sections.filter(([, lines]) => lines.length > 0);
  return [
    `Hand-over: ${oneLine(session.title || session.goal || 'a session without a title')}`,
    ...goalOf(session),
    ...told.map(([heading, lines]) => [`\n${heading}`, ...listed(lines)].join('\n')),
  ].join('\n');
};

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LINE_CHARS ? `${line.slice(0, LINE_CHARS - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
};

const listed = (lines: readonly string[]): string[] => {
  const latest = lines.slice(-LISTED);
  const more = lines.length - latest.length;
  return [...(more > 0 ? [`- (${more} before)`] : []), ...latest.map((line) => `- ${oneLine(line)}`)];
};

const goalOf = ({ brief, goal, title }: Session): string[] => {
  const told = brief?.goal ?? goal;
  return told && told !== title ? [`Goal: ${oneLine(told)}`] : [];
};

const turnsOf = (story: readonly StoryEntry[]): Turn[] => {
  const turns: Turn[] = [];
  for (const entry of story) {
    if (entry.kind === 'prompt' && entry.by !== 'client') {
      turns.push({ prompt: entry.text, said: null, how: null, because: '' });
    }
    const turn = turns.at(-1);
    if (!turn) continue;
    if (entry.kind === 'reply') turn.said = entry.text;
    if (entry.kind === 'turn') Object.assign(turn, { how: entry.how, because: entry.text });
  }
  return turns;
};

const ENDINGS = { done: '', interrupted: ' (interrupted)', failed: ' (failed)' } as const;

const turnLine = ({ prompt, said, how }: Turn): string => {
  const came = said === null ? '' : ` → ${said}`;
  const ending = how === null ? '' : ENDINGS[how];
  // Both get their share of the line.
  return `${oneLine(prompt).slice(0, LINE_CHARS / 3)}${came}${ending}`;
};

const finishedTasks = ({ tasks }: Session): string[] =>
  (tasks ?? []).filter(({ status }) => status === 'completed').map(({ subject }) => `Task done: ${subject}`);

const openOf = (
  { asks, tasks, status, condition, backgroundShells, pullRequest, brief }: Session,
  last?: Turn,
): string[] => {
  const failed = pullRequest?.checks.filter(({ state }) => state === 'failed').map(({ name }) => name) ?? [];
  return [
    ...asks.map(({ kind, tool, input }) => `Waits for a person: ${[kind, tool, input].filter(Boolean).join(', ')}`),
    ...(asks.length > 0 && brief?.needed && brief.askId === asks[0]?.id ? [`Needed: ${brief.needed}`] : []),
    ...(tasks ?? [])
      .filter((task) => task.status !== 'completed')
      .map((task) => `Task ${task.status === 'in_progress' ? 'begun' : 'to do'}: ${task.subject}`),
    ...(status === 'working' ? ['It is at work on the last prompt.'] : []),
    ...(condition ? [condition.says] : []),
    ...(last?.how === 'failed' && last.because ? [`The last turn failed: ${last.because}`] : []),
    ...backgroundShells.map(({ command }) => `A shell runs on: ${command ?? 'unknown'}`),
    ...(pullRequest ? [`Pull request ${pullRequest.url} is ${pullRequest.state}`] : []),
    ...(failed.length > 0 ? [`Checks that failed: ${failed.join(', ')}`] : []),
    ...(pullRequest?.review === 'changes_requested' ? ['A review asks for changes.'] : []),
  ];
};

/** Files that it wrote, the latest last, each once. */
const filesOf = (story: readonly StoryEntry[]): string[] => {
  const files = new Set<string>();
  for (const entry of story) {
    if (entry.kind !== 'tool' || !EDITING.has(entry.tool) || entry.outcome !== 'done' || entry.input === '') continue;
    files.delete(entry.input);
    files.add(entry.input);
  }
  return [...files];
};

const placeOf = ({ repo, branch, worktree, machine, owner, cwd, sessionId, ended }: Session): string[] => [
  [repo, branch && `branch ${branch}`, worktree && `worktree ${worktree}`].filter(Boolean).join(', '),
  `${owner ? `${owner}’s machine ` : ''}${machine}, folder ${cwd}`,
  `${ended ? 'Ended' : 'Open'} there; claude --resume ${sessionId} goes on with it`,
];
