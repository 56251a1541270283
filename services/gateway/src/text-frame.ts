const TEXT = 0x81;
/** Lengths that say that the length itself follows, in two or eight bytes. */
const IN_TWO = 126;
const IN_EIGHT = 127;

/** A text in UTF-8 as one WebSocket frame of a server's: whole, neither masked nor compressed (RFC 6455, 5.2). */
export const textFrame = (text: Buffer): Buffer => {
  const { length } = text;
  const head = length < IN_TWO ? 2 : length <= 0xffff ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = TEXT;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = IN_TWO;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = IN_EIGHT;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  text.copy(frame, head);
  return frame;
};
