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

const NEWLINE = 10;

/** Decompresses while it is read and stops at the limit: what a few bytes would blow up to is never made. */
async function* decompress(body: Readable, limits: BodyLimits): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  let received = 0;
  const count = (chunk: Buffer) => {
    received += chunk.length;
    if (received > limits.bodyBytes) gunzip.destroy(tooLarge(limits));
  };
  const cut = (error?: Error) => gunzip.destroy(error ?? new Error('the request was cut off'));
  const closed = () => {
    if (!body.readableEnded) cut();
  };
  body.on('data', count).on('error', cut).on('close', closed);
  // `pipe`, not `pipeline`: the request must outlive a fault here, to be answered.
  body.pipe(gunzip);
  try {
    yield* gunzip.iterator();
  } catch (error) {
    if (error instanceof BodyRefused) throw error;
    throw new BodyRefused(400, 'The body is not valid gzip.', { cause: error });
  } finally {
    body.unpipe(gunzip);
    body.off('data', count).off('error', cut).off('close', closed);
    gunzip.destroy();
  }
}

const tooLarge = ({ bodyBytes }: BodyLimits): BodyRefused =>
  new BodyRefused(413, `The body has more than ${bodyBytes} bytes. Send smaller batches.`);

/**
 * Reads a body line by line, blank ones left out. Throws {@link BodyRefused} as soon as a limit is passed. `onBytes` hears of what was
 * read, decompressed.
 */
export async function* readLines(
  body: Readable,
  isGzip: boolean,
  limits: BodyLimits,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Line> {
  const chunks = isGzip ? decompress(body, limits) : body.iterator({ destroyOnReturn: false });
  let size = 0;
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const finish = (last: Buffer): Line => {
    const text = Buffer.concat([...rest, last])
      .toString('utf8')
      .trim();
    rest = [];
    restBytes = 0;
    return { number, text };
  };
  const count = (bytes: number) => {
    number += 1;
    if (number > limits.lines) throw new BodyRefused(413, `The body has more than ${limits.lines} lines.`);
    if (bytes > limits.lineBytes) {
      throw new BodyRefused(413, `Line ${number} has more than ${limits.lineBytes} bytes.`);
    }
  };
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the body was decoded before it came here');
    size += chunk.length;
    onBytes(chunk.length);
    if (size > limits.bodyBytes) throw tooLarge(limits);
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      count(restBytes + end - from);
      const line = finish(chunk.subarray(from, end));
      from = end + 1;
      if (line.text !== '') yield line;
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > limits.lineBytes) count(restBytes);
    }
  }
  if (restBytes > 0) {
    count(restBytes);
    const line = finish(Buffer.alloc(0));
    if (line.text !== '') yield line;
  }
}

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
