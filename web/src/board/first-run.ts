import { PRIVACY_TIERS, type PrivacyTier } from '@crewboard/contract';
import type { ShownMachine } from '../machines/machine-state.ts';

export type HooksStep = 'in' | 'off' | 'missing';

/** How it stands with the hooks of a person's machines (null: all are theirs); null where none of theirs reports. */
export const hooksOf = (
  machines: readonly Pick<ShownMachine, 'owner' | 'hooks'>[],
  person: string | null,
): HooksStep | null => {
  const own = machines.filter(({ owner }) => person === null || owner === person);
  if (own.length === 0) return null;
  if (own.some(({ hooks }) => hooks === 'yes')) return 'in';
  return own.some(({ hooks }) => hooks === 'no' || hooks === 'partly') ? 'missing' : 'off';
};

/** The most that any of them sends; before the first report, what an agent sends where nobody chose. */
export const tierOf = (machines: readonly Pick<ShownMachine, 'tier'>[]): PrivacyTier => {
  const tiers = machines.map(({ tier }) => PRIVACY_TIERS.indexOf(tier ?? 'summary'));
  return PRIVACY_TIERS[Math.max(...tiers)] ?? 'summary';
};
