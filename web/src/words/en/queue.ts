export const queue = {
  title: 'Needs a person',
  andMore: 'and {n} more',
  askedFor: '{place} · for {agent}',
  nobody: 'Nobody. Every session gets on by itself.',
  nobodyHere: 'Nobody of these.',
  /** Read aloud when it happens. */
  news: {
    approval: '{who} needs approval: {tool}',
    person: '{who} needs a person: {what}',
    several: '{n} session needs a person | {n} sessions need a person',
  },
  elsewhere: '{n} more outside this filter',
} as const;
