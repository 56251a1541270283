import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintSourceCode } from '@secretlint/types';

/** From where to where a secret stands in a text, in UTF-16 units. */
export type Range = readonly [start: number, end: number];

/** Those that look at names of files, or let a text speak for itself (`secretlint-disable`). */
const LEFT_OUT = new Set(['@secretlint/secretlint-rule-gcp', '@secretlint/secretlint-rule-filter-comments']);

let found: Range[] = [];

const context = {
  createTranslator: () => (messageId: string) => ({ message: messageId, messageId }),
  report: ({ range }: { range: Range }) => {
    found.push(range);
  },
  ignore: () => undefined,
} as unknown as SecretLintRuleContext;

/** The rules as their makers' linter runs them, but at once: they look at nothing but the text. */
const checks = rules.flatMap((rule) => {
  if (LEFT_OUT.has(rule.meta.id)) return [];
  const { file } = rule.create(context, {});
  return file ? [file] : [];
});

/** What the recommended rules of secretlint take for a secret. In no order, and they may overlap. */
export const secretsIn = (text: string): readonly Range[] => {
  found = [];
  const source = { content: text, contentType: 'text', filePath: 'text', ext: '' } as unknown as SecretLintSourceCode;
  for (const check of checks) check(source);
  return found;
};
