const HERE = 'http://board.invalid';
const LONGEST = 1000;

/** The page of this board that a text names; its front page for everything else, above all for other sites. */
export const pageAfter = (text: string | undefined): string => {
  if (text === undefined || text.length > LONGEST || !text.startsWith('/') || !URL.canParse(text, HERE)) return '/';
  const { origin, pathname, search, hash } = new URL(text, HERE);
  // Looked at after the browser's own reading: it makes slashes of backslashes, drops tabs and resolves dots.
  const isPage = origin === HERE && !pathname.startsWith('//') && !/^\/api(\/|$)/.test(pathname);
  return isPage ? `${pathname}${search}${hash}` : '/';
};
