import type { IsOurs } from './edit.ts';

/**
 * Settings as values, without our hooks and without what is empty then: two that are alike in this differ in our hooks only.
 * Knows nothing of how the text is edited, for the edit to be checked against it.
 */
export const withoutOurs = (settings: Record<string, unknown>, isOurs: IsOurs): Record<string, unknown> => {
  const { hooks, ...others } = settings;
  if (!isObject(hooks)) return settings;
  const kept = Object.entries(hooks).flatMap(([event, groups]) => {
    if (!Array.isArray(groups)) return [[event, groups]];
    const rest = groups.flatMap((group: unknown) => othersOf(group, isOurs));
    return rest.length === 0 ? [] : [[event, rest]];
  });
  return kept.length === 0 ? others : { ...others, hooks: Object.fromEntries(kept) };
};

const othersOf = (group: unknown, isOurs: IsOurs): unknown[] => {
  if (!isObject(group) || !Array.isArray(group.hooks)) return [group];
  const rest = group.hooks.filter((entry: unknown) => !(isObject(entry) && isOurs(entry.command)));
  return rest.length === 0 && group.hooks.length > 0 ? [] : [{ ...group, hooks: rest }];
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
