/** What the tab's picture says: how many need a person, or that nothing is known. `many` is more than nine. */
export const FAVICONS = ['calm', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'many', 'away'] as const;
export type Favicon = (typeof FAVICONS)[number];

export const faviconFor = (needing: number, isLive: boolean): Favicon => {
  if (!isLive) return 'away';
  if (needing <= 0) return 'calm';
  return needing > 9 ? 'many' : (String(needing) as Favicon);
};

const TILES = [
  ['1', '1', '#e08a1e'],
  ['9', '1', '#3b82d6'],
  ['1', '9', '#9166d6'],
  ['9', '9', '#9aa0a8'],
] as const;

const tiles = (paint: (colour: string) => string): string =>
  TILES.map(([x, y, colour]) => `<rect x="${x}" y="${y}" width="6" height="6" rx="1.8" ${paint(colour)}/>`).join('');

const counting = (
  text: string,
): string => `<rect x=".5" y=".5" width="15" height="15" rx="4.5" fill="#f0a63a" stroke="#7a4a08"/>
<text x="8" y="8.3" font-family="system-ui,sans-serif" font-size="${text.length > 1 ? 9 : 12}" font-weight="700" text-anchor="middle" dominant-baseline="central" fill="#2a1a02">${text}</text>`;

const away = `${tiles(() => 'fill="none" stroke="#868c95" stroke-width="1.2"')}
<path d="M1.5 14.5 14.5 1.5" stroke="#d0453c" stroke-width="2" stroke-linecap="round"/>`;

/**
 * The picture, as SVG. Nobody: the four tiles. Somebody: their number on one ground, with an edge that shows on light and dark tab
 * bars. Not live: the tiles are empty and struck through. Each has a form of its own beside its colour.
 */
export const drawFavicon = (favicon: Favicon): string => {
  const inside = { calm: tiles((colour) => `fill="${colour}"`), away, many: counting('9+') };
  const drawn = favicon in inside ? inside[favicon as keyof typeof inside] : counting(favicon);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${drawn}</svg>\n`;
};
