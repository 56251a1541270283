export const signIn = {
  title: 'Sign in to the board',
  pageTitle: 'Sign in · Crewboard',
  continueWith: 'Continue with {provider}',
  or: 'or',
  yourName: 'Your name',
  nameHint: 'As the board shall call you.',
  password: 'Password of the board',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  notAPassword: 'That is not a password of this board.',
  wait: 'Too many tries. Wait {seconds} s.',
  problem: {
    not_allowed: 'You are signed in there, but this board lets in other people. Ask who runs the board to add you.',
    expired: 'That took too long, or it began in another browser. Try again.',
    failed: 'That sign-in did not work just now. Try again in a moment.',
  },
} as const;
