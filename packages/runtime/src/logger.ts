import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/** Names under which a secret may stand in a logged object, at its top or one level down. */
const SECRETS = ['authorization', 'token', 'password', 'secret', 'apiKey', 'cookie'];

export interface LoggerOptions {
  /** Stands in every line: which service speaks. */
  name: string;
  /** `info` when absent. */
  level?: string | undefined;
  /** Where the lines go; standard output when absent. */
  destination?: DestinationStream;
}

/** Logs one JSON object a line. Fields that are named like a secret come out as `[redacted]`. */
export const createLogger = ({ name, level = 'info', destination }: LoggerOptions): Logger => {
  const options = {
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    redact: {
      paths: SECRETS.flatMap((secret) => [secret, `*.${secret}`, `*.headers.${secret}`]),
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
};
