import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parse } from 'vue/compiler-sfc';

const src = join(import.meta.dirname, '..');

/** What a person sees or hears of an element beside its text. */
const TOLD =
  /^(title|label|placeholder|alt|legend|word|what|question|aria-(label|description|roledescription|valuetext))$/;
/** A word of a language: letters enough, and no file name, key, class or unit. */
const isWord = (text: string): boolean => /\p{L}{2}/u.test(text);
/** Two words or more, or one that begins a sentence: code has few of either in quotes. */
const isProse = (text: string): boolean =>
  !/\[|^[a-z]+(, [a-z]+)+$|^\p{L} \p{L}$|^(npx|tmux|cd|ssh|claude) /u.test(text) &&
  (/^\p{Lu}?\p{Ll}+[,:]?( \p{L}+)+/u.test(text) || /^\p{Lu}\p{Ll}{2,}[.…]?$/u.test(text));
/** Names, which are the same in every language. */
const NAMES = new Set(['crewboard', 'Crewboard', 'Claude Code', 'GitHub', 'Cursor', 'Windsurf', 'Zed']);
/** Keys, as the browser or the keyboard calls them. */
const KEYS = new Set(['Alt', 'Backspace', 'Ctrl', 'Enter', 'Esc', 'Escape', 'Process', 'Shift', 'Tab', 'Unidentified']);

interface Part {
  type: number;
  content?: unknown;
  children?: readonly Part[];
  props?: readonly { type: number; name: string; value?: { content: string }; exp?: { content: string } }[];
}

/** Texts between tags, and attributes that are read, which are not made from the catalogue. */
const looseInTemplate = (part: Part): string[] => {
  const own = part.type === 2 && typeof part.content === 'string' ? [part.content.trim()] : [];
  const told = (part.props ?? []).flatMap(({ type, name, value }) =>
    type === 6 && TOLD.test(name) && value ? [value.content] : [],
  );
  return [...own, ...told, ...(part.children ?? []).flatMap(looseInTemplate)];
};

/** Strings in the code of a script or of a template's expressions that read like a sentence. */
const looseInCode = (code: string): string[] => {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isCallExpression(node) && /\b(closest|matches|querySelector(All)?)$/.test(node.expression.getText())) return;
    // Whether the browser has a thing of that name.
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) return;
    // What an error says is for whoever looks for its cause.
    if (ts.isNewExpression(node) && /(Error|Refused)$/.test(node.expression.getText())) return;
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) return;
    const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
    if (isText || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (isProse(node.text.trim())) found.push(node.text.trim());
    }
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest, true));
  return found;
};

const expressionsOf = (part: Part): string[] => [
  ...(part.props ?? []).flatMap(({ exp }) => (exp ? [exp.content] : [])),
  ...(part.type === 5 ? [(part.content as { content: string }).content] : []),
  ...(part.children ?? []).flatMap(expressionsOf),
];

const looseWordsOf = (file: string): string[] => {
  const text = readFileSync(join(src, file), 'utf8');
  if (file.endsWith('.ts')) return looseInCode(text).filter((word) => !NAMES.has(word) && !KEYS.has(word));
  const { template, script, scriptSetup } = parse(text).descriptor;
  const code = [script?.content, scriptSetup?.content].filter((part) => part !== undefined);
  const ast = template?.ast as Part | undefined;
  const expressions = ast ? expressionsOf(ast).map((expression) => `(${expression})`) : [];
  const loose = [
    ...(ast ? looseInTemplate(ast).filter(isWord) : []),
    ...[...code, ...expressions].flatMap(looseInCode),
  ];
  return loose.filter((word) => !NAMES.has(word) && !KEYS.has(word));
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.(ts|vue)$/.test(file) && !/\.test\.ts$|testing\.ts$|^words\//.test(file),
);

test('no file of the page holds words of its own: all stand in the catalogue', () => {
  expect(files.length).toBeGreaterThan(100);
  const loose = files.flatMap((file) => looseWordsOf(file).map((word) => `${file}: ${word}`));
  expect(loose).toEqual([]);
  // Reads every file of the page: long on a machine that has much else to do.
}, 60_000);
