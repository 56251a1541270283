import type { EnrichmentChange } from '@crewboard/contract';
import { parseChange } from './entries.ts';

/** What the enricher says of a session, one of each kind. */
export const ENRICHMENT_KINDS = ['SummaryWritten', 'PullRequestSeen'] as const;

/** Names the place of a change: the next of its kind and session takes it. `SAVE` in `lua.ts` makes the same names. */
export const enrichmentField = ({ type, sessionId }: Pick<EnrichmentChange, 'type' | 'sessionId'>): string =>
  `${type}:${sessionId}`;

/** Those of some stored texts that are today's. Another version's are left out: the enricher finds it again. */
export const readableEnrichments = (raws: readonly string[]): EnrichmentChange[] =>
  raws.flatMap((raw) => {
    const parsed = parseChange(raw);
    if (!parsed.ok) return [];
    return parsed.value.type === 'SummaryWritten' || parsed.value.type === 'PullRequestSeen' ? [parsed.value] : [];
  });
