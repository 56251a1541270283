export const attention = {
  title: 'When somebody is needed',
  button: 'Notifications',
  on: 'on',
  off: 'off',
  desktop: 'Show a notification',
  sound: 'Play a short sound',
  blocked: 'The browser blocks notifications of this page. Allow them beside the address first.',
  impossible: 'Only a board that is reached over HTTPS, or on this computer, can notify.',
  once: 'Once for each, in one tab, and never while you look at the board.',
  about: {
    title: 'About',
    mine: 'My own sessions',
    repositories: 'Some repositories',
    all: 'All sessions',
  },
  several: '{n} session needs a person | {n} sessions need a person',
} as const;
