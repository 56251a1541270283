/** Redis is there, and can't take commands (now, or this server of several). */
const REFUSED =
  /^(OOM|MISCONF|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|TRYAGAIN|UNBLOCKED|BUSY |MOVED |ASK |EXECABORT Transaction discarded because of: )/;

const isReplyError = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

/** The errors that led to this one, and itself: what each command of a transaction was refused with, and what the last node said. */
const withInner = (error: Error): unknown[] => [
  error,
  ...('previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : []),
  ...('lastNodeError' in error ? [error.lastNodeError] : []),
];

/** Whether a command came to nothing because Redis can't be reached or refuses; else the command itself is wrong. */
export const isAway = (error: unknown): boolean => {
  if (!isReplyError(error)) return true;
  const causes = error.message.startsWith('EXECABORT') ? withInner(error) : [error];
  return causes.some((cause) => !isReplyError(cause) || REFUSED.test(cause.message));
};

/** What Redis said that is there and won't have us: a wrong password, or a right that is missing. */
export const refusalOf = (error: Error): Error | undefined =>
  withInner(error).find((inner): inner is Error => isReplyError(inner) && !isAway(inner));

/** Another server has the key. The client of a cluster follows; to any other it says that this is one. */
export const isMoved = (error: unknown): boolean =>
  error instanceof Error && withInner(error).some((inner) => isReplyError(inner) && inner.message.startsWith('MOVED '));

/**
 * Takes what a command was called with out of its error, and hands the error back. ioredis adds it, and it would be logged:
 * the password of a sign-in, or what sessions say.
 */
export const withoutArguments = <Thrown>(error: Thrown): Thrown => {
  if (!(error instanceof Error)) return error;
  for (const inner of withInner(error)) if (inner instanceof Error && 'command' in inner) delete inner.command;
  return error;
};
