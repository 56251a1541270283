import { Unavailable } from '../problem.ts';

/** Of all bodies that are being read or stored, in the whole gateway. As objects they take a few times as much. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Bounds what is held of all batches together, whoever sends them. Who sends slowly holds little, so nobody is kept out by open requests
 * alone.
 */
export const createBytesUnderWay = (mostBytes = MOST_BYTES) => {
  let bytes = 0;
  return {
    /** One batch, from its first byte until it is stored or refused. */
    begin: () => {
      let own = 0;
      return {
        /** Throws {@link Unavailable} where it is too much. */
        add: (more: number): void => {
          own += more;
          bytes += more;
          if (bytes > mostBytes)
            throw new Unavailable('The board is reading too much at once. Send the batch again later.');
        },
        end: (): void => {
          bytes -= own;
          own = 0;
        },
      };
    },
  };
};

export type BytesUnderWay = ReturnType<typeof createBytesUnderWay>;
