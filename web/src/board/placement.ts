/** All in px of the document. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const GAP = 8;
const EDGE = 12;

/**
 * Where a popover of `size` stands for the card at `card`: beside it, on the right if there is room, else on the left,
 * else over it; no higher or lower than what can be seen of the page.
 */
export const beside = (card: Box, size: Pick<Box, 'width' | 'height'>, visible: Box): Pick<Box, 'left' | 'top'> => {
  const right = card.left + card.width + GAP;
  const left = card.left - GAP - size.width;
  const end = visible.left + visible.width - EDGE;
  const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));
  const x =
    right + size.width <= end
      ? right
      : left >= visible.left + EDGE
        ? left
        : within(card.left, visible.left + EDGE, end - size.width);
  const y = within(card.top, visible.top + EDGE, visible.top + visible.height - EDGE - size.height);
  return { left: x, top: y };
};

/** As wide as details stand where nothing says otherwise, and the least that what is in them reads well in. */
export const WIDTH = { usual: 400, least: 320 };

/**
 * How wide a popover beside a card is, in px. Where cards stand side by side in their column it takes the place of one: it would else lie
 * over a strip of the next column.
 */
export const widthBeside = (card: number, column: number): number =>
  column >= 2 * card ? Math.max(WIDTH.least, Math.min(card, WIDTH.usual)) : WIDTH.usual;

/** Where an element stands in the document, whatever it travels through at the moment. */
export const standingBox = (element: HTMLElement): Box => {
  let left = 0;
  let top = 0;
  for (let part: Element | null = element; part instanceof HTMLElement; part = part.offsetParent) {
    left += part.offsetLeft;
    top += part.offsetTop;
  }
  return { left, top, width: element.offsetWidth, height: element.offsetHeight };
};
