/** Something that a session stops for until a person has decided. */
export type Ask =
  | { kind: 'permission'; tool: string; input: string }
  | { kind: 'question'; input: string }
  | { kind: 'plan'; input: string }
  | { kind: 'elicitation'; server: string; input: string };

/** What one session is about, from the prompt to the last reply. */
export interface Story {
  title: string;
  branch: string;
  goal: string;
  ask: Ask;
  /** Commands that belong to this task, in the order that they are run. */
  commands: readonly string[];
  /** What the model says on its way. */
  says: readonly string[];
  done: string;
  /** The list that the session keeps, in its order. */
  tasks?: readonly string[];
  /** `headless`: by a program; `background`: in the client's daemon. Absent: in a terminal. */
  runs?: 'headless' | 'background';
  pullRequest?: number;
}

/** A repository of the demo, and what work in it looks like beside the stories. */
export interface Repository {
  name: string;
  folder: string;
  commands: readonly string[];
  files: readonly string[];
  searches: readonly string[];
  /** What its developers leave running. */
  serves: string;
  stories: readonly Story[];
}
