import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { pause } from './back-off.ts';

export interface BodyLimits {
  /** Of the body as sent, and again of the body decompressed. */
  bodyBytes: number;
  lineBytes: number;
  lines: number;
}

/** The body can't be taken as it is; `status` is what to answer. Nothing of it was kept. */
export class BodyRefused extends Error {
  readonly code = 'BODY_REFUSED';
  readonly statusCode: 400 | 413;
  constructor(statusCode: 400 | 413, message: string, options?: ErrorOptions) {
    super(message, options);
    this.statusCode = statusCode;
  }
}

export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  text: string;
}

export interface ReadLinesOptions {
  isGzip: boolean;
  limits: BodyLimits;
  /** Hears of what was read, decompressed. */
  onBytes: (bytes: number) => void;
  /** Hears of each line that is not blank, in order. */
  onLine: (line: Line) => void;
}

const NEWLINE = 10;

const tooLarge = ({ bodyBytes }: BodyLimits): BodyRefused =>
  new BodyRefused(413, `The body has more than ${bodyBytes} bytes. Send smaller batches.`);

/** Cuts what comes in pieces into lines. Throws {@link BodyRefused} as soon as a limit is passed. */
const createLineCutter = ({ limits, onBytes, onLine }: Omit<ReadLinesOptions, 'isGzip'>) => {
  let size = 0;
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;

  const count = (bytes: number): void => {
    number += 1;
    if (number > limits.lines) throw new BodyRefused(413, `The body has more than ${limits.lines} lines.`);
    if (bytes > limits.lineBytes) {
      throw new BodyRefused(413, `Line ${number} has more than ${limits.lineBytes} bytes.`);
    }
  };
  const finish = (last: Buffer): void => {
    const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    rest = [];
    restBytes = 0;
    const text = bytes.toString('utf8').trim();
    if (text !== '') onLine({ number, text });
  };

  return {
    push: (chunk: Buffer): void => {
      size += chunk.length;
      onBytes(chunk.length);
      if (size > limits.bodyBytes) throw tooLarge(limits);
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        count(restBytes + end - from);
        finish(chunk.subarray(from, end));
        from = end + 1;
      }
      if (from === chunk.length) return;
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > limits.lineBytes) count(restBytes);
    },
    end: (): void => {
      if (restBytes === 0) return;
      count(restBytes);
      finish(Buffer.alloc(0));
    },
  };
};

/**
 * Reads a body line by line. Rejects as soon as a limit is passed ({@link BodyRefused}), a listener throws, or the body is cut off; the
 * body itself stays, for the request to be answered. Listeners and not an iterator: a request of one event is dearer to iterate than to parse.
 */
export const readLines = (body: Readable, options: ReadLinesOptions): Promise<void> => {
  const { isGzip, limits } = options;
  const lines = createLineCutter(options);
  // Decompresses while it is read and stops at the limit: what a few bytes would blow up to is never made.
  const gunzip = isGzip ? createGunzip() : undefined;
  const source: Readable = gunzip ?? body;
  return new Promise((resolve, reject) => {
    let received = 0;
    const leave = (): void => {
      body.off('data', countReceived).off('data', take).off('end', finish).off('error', fail).off('close', closed);
      body.pause();
      if (!gunzip) return;
      body.unpipe(gunzip);
      // Its own faults come here to the end, and are nobody's.
      gunzip
        .off('data', take)
        .off('end', finish)
        .off('error', notGzip)
        .on('error', () => undefined);
      gunzip.destroy();
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error);
    };
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        fail(error);
      }
    };
    const countReceived = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limits.bodyBytes) fail(tooLarge(limits));
    };
    const take = (chunk: unknown): void =>
      attempt(() => {
        if (!Buffer.isBuffer(chunk)) throw new TypeError('the body was decoded before it came here');
        lines.push(chunk);
      });
    const finish = (): void =>
      attempt(() => {
        lines.end();
        leave();
        resolve();
      });
    const closed = (): void => {
      if (!body.readableEnded) fail(new Error('the request was cut off'));
    };
    const notGzip = (error: Error): void => fail(new BodyRefused(400, 'The body is not valid gzip.', { cause: error }));

    body.on('error', fail).on('close', closed);
    source.on('data', take).on('end', finish);
    if (!gunzip) return;
    gunzip.on('error', notGzip);
    // `pipe`, not `pipeline`: the request must outlive a fault here, to be answered.
    body.on('data', countReceived).pipe(gunzip);
  });
};

/**
 * Throws away what still comes of a body, for at most so long. A client that is still sending when the connection is
 * closed on it never sees the answer that tells it why.
 */
export const discard = async (body: Readable, withinMs: number): Promise<void> => {
  if (body.readableEnded || body.destroyed) return;
  const over = new AbortController();
  const end = () => over.abort();
  body.once('end', end).once('close', end).resume();
  await pause(withinMs, over.signal);
  body.off('end', end).off('close', end);
};
