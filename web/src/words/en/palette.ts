export const palette = {
  title: 'Commands',
  placeholder: 'Find a session or a command…',
  recent: 'Lately',
  needs: 'Needs a person',
  sessions: 'Sessions',
  nothing: 'Nothing is called that.',
  found: '{n} result | {n} results',
  help: {
    title: 'Keyboard shortcuts',
  },
} as const;
