/** As much of a text as a card holds, in UTF-16 units: what a developer lets leave whole is still only shown in part. */
const SHOWN_MAX = 500;

/** Cuts a text to what a card holds, without splitting a character. */
export const shown = (text: string): string => {
  if (text.length <= SHOWN_MAX) return text;
  const last = text.charCodeAt(SHOWN_MAX - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? SHOWN_MAX - 1 : SHOWN_MAX);
};

/** The first line of a text, or null where there is none. */
export const firstLine = (text: string): string | null => text.trim().split('\n', 1)[0]?.trim() || null;

const VERBS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Bash: 'Running',
    Edit: 'Editing',
    MultiEdit: 'Editing',
    NotebookEdit: 'Editing',
    Write: 'Writing',
    Read: 'Reading',
    Grep: 'Searching for',
    Glob: 'Looking for',
    WebFetch: 'Fetching',
    WebSearch: 'Searching the web for',
    Agent: 'Delegating:',
    Task: 'Delegating:',
  }),
);

/** One line of what a call does. */
export const doing = (tool: string, input: string): string => {
  const line = firstLine(input);
  const verb = VERBS.get(tool);
  if (!line) return tool;
  return verb ? `${verb} ${line}` : `${tool}: ${line}`;
};
