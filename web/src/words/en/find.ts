export const find = {
  title: 'Find a session',
  placeholder: 'Find a session, branch, person…',
} as const;
