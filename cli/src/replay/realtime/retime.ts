/** Moves the times in what a client wrote, so that a recording happens now. */
export interface Retime {
  /** The real moment of a recorded one, both in ms since 1970. */
  moment(recordedAt: number): number;
  /** The same text with its times moved. It stays as long as it was, byte by byte. */
  bytes(original: Buffer): Buffer;
  text(original: string): string;
}

const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const EPOCH_MS = /("\w*(?:At|Since|startTime)":\s?)(\d{13})\b/g;

/** The recorded moment `startedAt` happens at `playAt`, and `speed` recorded seconds pass in each real one. */
export const createRetime = (startedAt: number, playAt: number, speed: number): Retime => {
  const moment = (recordedAt: number): number => Math.round(playAt + (recordedAt - startedAt) / speed);
  const text = (original: string): string =>
    original
      .replace(ISO, (time) => {
        const at = Date.parse(time);
        return Number.isNaN(at) ? time : new Date(moment(at)).toISOString();
      })
      .replace(EPOCH_MS, (_all, key: string, time: string) => key + moment(Number(time)));
  return {
    moment,
    text,
    // Only ASCII is touched: latin1 keeps every other byte as it is.
    bytes: (original) => Buffer.from(text(original.toString('latin1')), 'latin1'),
  };
};
