/** How far this machine's clock is from the board's, from the answers to a few reports. */
export interface ClockSkew {
  /** All in ms since 1970: `sentAt` and `answeredAt` by this machine's clock, `boardNow` by the board's. */
  measure(sentAt: number, boardNow: number, answeredAt: number): void;
  /** The board's clock minus this machine's, in whole ms: the median of the last measurements. Null before the first. */
  readonly ms: number | null;
}

const KEPT = 5;
/** An answer that took longer says too little: it is off by up to half of that. */
const LONGEST_MS = 2_000;

export const createClockSkew = (): ClockSkew => {
  const last: number[] = [];
  return {
    measure(sentAt, boardNow, answeredAt) {
      if (answeredAt - sentAt > LONGEST_MS) return;
      last.push(boardNow - (sentAt + answeredAt) / 2);
      if (last.length > KEPT) last.shift();
    },
    get ms() {
      const middle = [...last].sort((a, b) => a - b)[Math.floor(last.length / 2)];
      return middle === undefined ? null : Math.round(middle);
    },
  };
};
