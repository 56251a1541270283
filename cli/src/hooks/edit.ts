import { applyEdits, type Edit, findNodeAtLocation, type JSONPath, type Node } from 'jsonc-parser';
import { parseDocument, type SettingsDocument } from './document.ts';

/** One of our hooks, as settings.json has it. */
export interface HookEntry {
  type: 'command';
  command: string;
  /** Seconds. */
  timeout: number;
  async?: true;
}

/** A group of an event's hooks that holds ours alone, for the tools that the matcher names. */
export interface HookGroup {
  matcher?: string;
  hooks: [HookEntry];
}

/** By the name of the event. */
export type HookGroups = ReadonlyMap<string, HookGroup>;

export type IsOurs = (command: unknown) => boolean;

/** Which empty containers stay when our hooks are gone: those that were there before them. */
export type WasThere = (path: readonly string[]) => boolean;

/**
 * Adds each group behind those of its event. What is there keeps its bytes; the new text is set as the
 * text around it is.
 */
export const withHooks = (document: SettingsDocument, ours: HookGroups): SettingsDocument => {
  let current = document;
  for (const [event, group] of ours) {
    const groups = findNodeAtLocation(current.root, ['hooks', event]);
    const hooks = findNodeAtLocation(current.root, ['hooks']);
    if (groups) current = append(current, groups, group);
    else if (hooks) current = append(current, hooks, [group], event);
    else current = append(current, current.root, { [event]: [group] }, 'hooks');
  }
  return current;
};

/** Puts a value behind the last child of an object (then with a key) or a list. */
const append = (document: SettingsDocument, container: Node, value: unknown, key?: string): SettingsDocument => {
  const { text } = document;
  const last = container.children?.at(-1);
  const first = container.children?.[0];
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `;
  if (last && first) {
    const space = text.slice(container.offset + 1, first.offset);
    const content = `,${space || ' '}${name}${printed(value, space, indentUnit(document))}`;
    return edited(document, { offset: endOf(last), length: 0, content });
  }
  const inside = { offset: container.offset + 1, length: container.length - 2 };
  const style = emptyStyle(document, container);
  if (!style) return edited(document, { ...inside, content: `${name}${printed(value, '', '')}` });
  const { eol, outer, unit } = style;
  const space = `${eol}${outer}${unit}`;
  return edited(document, { ...inside, content: `${space}${name}${printed(value, space, unit)}${eol}${outer}` });
};

/** A value as text that begins after `space`: on lines of its own where `space` breaks the line, else on one. */
const printed = (value: unknown, space: string, unit: string): string => {
  if (!/[\r\n]/.test(space)) return JSON.stringify(value);
  const eol = space.includes('\r\n') ? '\r\n' : '\n';
  const indent = space.slice(Math.max(space.lastIndexOf('\n'), space.lastIndexOf('\r')) + 1);
  return JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`);
};

/** How the lines of an object without children would be set; `undefined` where the whole file stands on one line. */
const emptyStyle = (
  document: SettingsDocument,
  container: Node,
): { eol: string; outer: string; unit: string } | undefined => {
  const { text } = document;
  const isWholeFile = container === document.root;
  if (!isWholeFile && !/[\r\n]/.test(text.trim())) return undefined;
  const lineStart = text.lastIndexOf('\n', container.offset) + 1;
  const outer = /^[ \t]*/.exec(text.slice(lineStart, container.offset))?.[0] ?? '';
  return { eol: text.includes('\r\n') ? '\r\n' : '\n', outer, unit: indentUnit(document) };
};

/** One step of indentation: that of the first key, two spaces where there is none on a line of its own. */
const indentUnit = ({ text, root }: SettingsDocument): string => {
  const first = root.children?.[0];
  if (!first) return '  ';
  const space = text.slice(root.offset + 1, first.offset);
  return /[\r\n]([ \t]+)$/.exec(space)?.[1] ?? '  ';
};

/** Takes our entries out, and the containers that hold nothing then, but those that `wasThere` knows. */
export const withoutHooks = (document: SettingsDocument, isOurs: IsOurs, wasThere: WasThere): SettingsDocument => {
  let current = document;
  for (let path = ourPaths(current, isOurs)[0]; path; path = ourPaths(current, isOurs)[0]) {
    current = without(current, emptiedBy(current, path, wasThere));
  }
  return current;
};

/** Our hooks as they stand in a document, by event, each as if it were in a group of its own. */
export const ourGroups = (document: SettingsDocument, isOurs: IsOurs): [event: string, group: unknown][] =>
  ourPaths(document, isOurs).map((path) => {
    const [hooks, event, group] = path;
    const matcher = valueAt(document, [hooks, event, group, 'matcher']);
    return [event, { ...(matcher === undefined ? {} : { matcher }), hooks: [valueAt(document, path)] }];
  });

const valueAt = ({ root, text }: SettingsDocument, path: JSONPath): unknown => {
  const node = findNodeAtLocation(root, path);
  return node && JSON.parse(text.slice(node.offset, endOf(node)));
};

type Path = [hooks: 'hooks', event: string, group: number, list: 'hooks', entry: number];

const ourPaths = ({ root }: SettingsDocument, isOurs: IsOurs): Path[] =>
  propertiesOf(findNodeAtLocation(root, ['hooks'])).flatMap(([event, groups]) =>
    itemsOf(groups).flatMap((group, groupIndex) =>
      itemsOf(fieldOf(group, 'hooks')).flatMap((entry, index): Path[] =>
        isOurs(fieldOf(entry, 'command')?.value) ? [['hooks', event, groupIndex, 'hooks', index]] : [],
      ),
    ),
  );

const propertiesOf = (node: Node | undefined): [key: string, value: Node][] =>
  (node?.type === 'object' ? (node.children ?? []) : []).flatMap(({ children: [key, value] = [] }): [string, Node][] =>
    value && typeof key?.value === 'string' ? [[key.value, value]] : [],
  );

const itemsOf = (node: Node | undefined): Node[] => (node?.type === 'array' ? (node.children ?? []) : []);

const fieldOf = (node: Node, name: string): Node | undefined =>
  node.type === 'object' ? findNodeAtLocation(node, [name]) : undefined;

/** The outermost part that holds nothing but the entry at this path, and was not there before it. */
const emptiedBy = ({ root }: SettingsDocument, path: Path, wasThere: WasThere): JSONPath => {
  const [hooks, event, group] = path;
  const childrenAt = (at: JSONPath): number => findNodeAtLocation(root, at)?.children?.length ?? 0;
  if (childrenAt([hooks, event, group, 'hooks']) > 1) return path;
  if (childrenAt([hooks, event]) > 1 || wasThere([hooks, event])) return [hooks, event, group];
  if (childrenAt([hooks]) > 1 || wasThere([hooks])) return [hooks, event];
  return [hooks];
};

/** Cuts a part out together with the comma that set it off. */
const without = (document: SettingsDocument, path: JSONPath): SettingsDocument => {
  const value = findNodeAtLocation(document.root, path);
  const part = value?.parent?.type === 'property' ? value.parent : value;
  const container = part?.parent;
  const siblings = container?.children ?? [];
  if (!part || !container) return document;
  const index = siblings.indexOf(part);
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  if (before) return cut(document, endOf(before), endOf(part));
  if (after) return cut(document, part.offset, after.offset);
  return cut(document, container.offset + 1, endOf(container) - 1);
};

const endOf = ({ offset, length }: Node): number => offset + length;

const cut = (document: SettingsDocument, from: number, to: number): SettingsDocument =>
  edited(document, { offset: from, length: to - from, content: '' });

const edited = ({ text, mark }: SettingsDocument, edit: Edit): SettingsDocument => ({
  ...parseDocument(Buffer.from(applyEdits(text, [edit]))),
  mark,
});
