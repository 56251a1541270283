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
    singleKeys: 'Keys that are a single character',
    singleKeysWhy:
      'Switch them off if speech input or a slip of the hand calls them. The others, and all commands, stay.',
    close: 'Close',
  },
} as const;
