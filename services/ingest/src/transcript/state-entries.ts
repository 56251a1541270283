import { CostReported, PermissionModeChanged, PullRequestLinked, TitleGiven } from '@crewboard/contract';
import { z } from 'zod';
import { countOf, type JsonObject, textOf } from '../json.ts';
import { nameOf, presentable, presentableLine } from '../privacy/texts.ts';
import type { CostBefore } from './lineage.ts';

/** What was told of state that the client appends again and again: by kind, as JSON of the fact. */
export const toldStateSchema = z.record(z.string(), z.string());
export type ToldState = z.infer<typeof toldStateSchema>;

const told = { type: true, data: true } as const;

const stateFactSchema = z.discriminatedUnion('type', [
  TitleGiven.pick(told),
  PermissionModeChanged.pick(told),
  CostReported.pick(told),
  PullRequestLinked.pick(told),
]);

/** State that stands in a file before its first timestamp: told with the first entry that has one. */
export const earlyStateSchema = z.record(z.string(), stateFactSchema);
export type EarlyState = z.infer<typeof earlyStateSchema>;

interface StateFact {
  kind: string;
  fact: z.infer<typeof stateFactSchema>;
}

/**
 * What an entry of the client's state says, `null` where it says nothing usable, `undefined` for another type of entry.
 * `before` is what a fork took over of its parent's totals.
 */
export const stateFact = (entry: JsonObject, before: CostBefore | null): StateFact | null | undefined => {
  switch (entry.type) {
    case 'ai-title':
      return titled('model', entry.aiTitle);
    case 'summary':
      return titled('model', entry.summary);
    case 'custom-title':
      return titled('person', entry.customTitle);
    case 'agent-name':
      return titled('person', entry.agentName);
    case 'permission-mode':
      return permissionMode(entry.permissionMode);
    case 'cost-state':
      return cost(entry, before);
    case 'pr-link':
      return pullRequest(entry);
    default:
      return undefined;
  }
};

/** The mode that a prompt was sent in, where the entry has one. */
export const permissionMode = (value: unknown): StateFact | null => {
  const mode = textOf(value);
  return mode ? { kind: 'mode', fact: { type: 'PermissionModeChanged', data: { mode: nameOf(mode) } } } : null;
};

const titled = (by: 'person' | 'model', value: unknown): StateFact | null => {
  const title = presentableLine(textOf(value) ?? '');
  return title ? { kind: `title:${by}`, fact: { type: 'TitleGiven', data: { title, by } } } : null;
};

const cost = (entry: JsonObject, before: CostBefore | null): StateFact | null => {
  const totals = totalsOf(entry);
  if (!totals) return null;
  const taken = before?.startTime === totals.startTime ? before : undefined;
  const less = (total: number, part = 0): number => Math.max(0, total - part);
  const data = {
    costUsd: less(totals.costUsd, taken?.costUsd),
    linesAdded: less(totals.linesAdded, taken?.linesAdded),
    linesRemoved: less(totals.linesRemoved, taken?.linesRemoved),
  };
  return { kind: 'cost', fact: { type: 'CostReported', data } };
};

/** The client's totals as they stand in a `cost-state` entry. */
export const totalsOf = (entry: JsonObject): CostBefore | undefined => {
  const costUsd = entry.totalCostUSD;
  if (typeof costUsd !== 'number' || !Number.isFinite(costUsd) || costUsd < 0) return undefined;
  return {
    startTime: countOf(entry.startTime),
    costUsd,
    linesAdded: countOf(entry.totalLinesAdded),
    linesRemoved: countOf(entry.totalLinesRemoved),
  };
};

const pullRequest = (entry: JsonObject): StateFact | null => {
  const url = textOf(entry.prUrl);
  if (!url || !/^https?:\/\//.test(url)) return null;
  const data = {
    url: presentable(url),
    number: countOf(entry.prNumber),
    repository: nameOf(textOf(entry.prRepository) ?? ''),
  };
  return { kind: 'pullRequest', fact: { type: 'PullRequestLinked', data } };
};
