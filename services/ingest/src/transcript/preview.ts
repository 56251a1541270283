import { isObject, type JsonObject, objectsOf, textOf } from '../json.ts';
import { presentableLine } from '../privacy/texts.ts';

/** One line of a tool's input that a person understands, masked and cut. */
export const inputPreview = (tool: string, input: unknown, cwd: string | undefined): string => {
  if (!isObject(input)) return typeof input === 'string' ? presentableLine(input) : '';
  return presentableLine(telling(tool, input, cwd) ?? compact(input));
};

const telling = (tool: string, input: JsonObject, cwd: string | undefined): string | undefined => {
  switch (tool) {
    case 'Bash':
    case 'PowerShell':
    case 'Monitor':
      return textOf(input.command);
    case 'Edit':
    case 'MultiEdit':
    case 'Write':
    case 'Read':
      return relativeTo(cwd, textOf(input.file_path));
    case 'NotebookEdit':
    case 'NotebookRead':
      return relativeTo(cwd, textOf(input.notebook_path));
    case 'Grep':
    case 'Glob':
      return textOf(input.pattern);
    case 'WebFetch':
      return textOf(input.url);
    case 'WebSearch':
      return textOf(input.query);
    case 'Agent':
    case 'Task':
      return textOf(input.description);
    case 'Skill':
      return textOf(input.skill);
    case 'AskUserQuestion':
      return questions(input);
    case 'ExitPlanMode':
      return firstLine(textOf(input.plan));
    default:
      return undefined;
  }
};

const questions = (input: JsonObject): string | undefined => {
  const asked = objectsOf(input.questions).flatMap((question) => textOf(question.question) ?? []);
  return asked.length > 0 ? asked.join(' / ') : textOf(input.question);
};

const firstLine = (text: string | undefined): string | undefined =>
  text
    ?.split('\n')
    .map((line) => line.replace(/^#+\s*/, '').trim())
    .find((line) => line !== '');

const relativeTo = (cwd: string | undefined, path: string | undefined): string | undefined => {
  if (!cwd || !path?.startsWith(cwd)) return path;
  const rest = path.slice(cwd.length);
  return /^[/\\]./.test(rest) ? rest.slice(1) : path;
};

const compact = (input: JsonObject): string => (Object.keys(input).length === 0 ? '' : JSON.stringify(input));
