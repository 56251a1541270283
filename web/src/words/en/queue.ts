export const queue = {
  title: 'Needs a person',
  andMore: 'and {n} more',
  askedFor: '{place} · for {agent}',
  nobody: 'Nobody. Every session gets on by itself.',
  nobodyHere: 'Nobody of these.',
  elsewhere: '{n} more outside this filter',
} as const;
