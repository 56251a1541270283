/** The first line of a text, or null where there is none. */
export const firstLine = (text: string): string | null => text.trim().split('\n', 1)[0]?.trim() || null;

const VERBS: Record<string, string> = {
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
};

/** One line of what a call does. */
export const doing = (tool: string, input: string): string => {
  const line = firstLine(input);
  const verb = VERBS[tool];
  if (!line) return tool;
  return verb ? `${verb} ${line}` : `${tool}: ${line}`;
};
