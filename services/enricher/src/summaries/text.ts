/** Control characters, and those that turn the direction of a text: nothing that a model or a transcript says may hold them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** All white space but a single blank, which most of it is: that stays as it is. */
const WIDE = /\s{2,}|[^\S ]/g;

/** One line of plain text, at most `max` UTF-16 units long; a character that does not fit whole is left out, and an ellipsis says so. */
export const plainLine = (text: string, max: number): string => {
  const line = text.replace(UNSEEN, ' ').replace(WIDE, ' ').trim();
  if (line.length <= max) return line;
  const last = line.charCodeAt(max - 2);
  return `${line.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 2 : max - 1).trimEnd()}…`;
};
