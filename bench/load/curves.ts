export interface Curve {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  /** On a logarithmic axis. */
  xName: string;
  /** From 0 up. */
  yName: string;
  curves: readonly Curve[];
}

const SIZE = { width: 640, height: 320 };
const EDGE = { left: 60, right: 20, top: 20, bottom: 50 };
const COLOURS = ['#2a6fdb', '#c2571a', '#2f855a'];

/** A round number at or above another: 1, 2 or 5 times a power of ten. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
};

/** Measured points as lines, in SVG that stands on light and dark pages. */
export const drawCurves = ({ xName, yName, curves }: Chart): string => {
  const all = curves.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const [least = 1, most = 10] = [xs[0], xs.at(-1)];
  const top = roundUp(Math.max(...all.map(([, y]) => y)));
  const width = SIZE.width - EDGE.left - EDGE.right;
  const height = SIZE.height - EDGE.top - EDGE.bottom;
  const toX = (x: number): number => EDGE.left + (Math.log(x / least) / Math.log(most / least)) * width;
  const toY = (y: number): number => EDGE.top + height - (y / top) * height;
  const text = (x: number, y: number, words: string, anchor = 'middle'): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const ticks = [0, top / 2, top].map(
    (y) =>
      `<path d="M${EDGE.left} ${toY(y).toFixed(1)}h${width}" stroke="#8886"/>${text(EDGE.left - 8, toY(y) + 4, String(y), 'end')}`,
  );
  const lines = curves.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points.map(([x, y]) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`);
    const dots = points.map(
      ([x, y]) =>
        `<circle cx="${toX(x).toFixed(1)}" cy="${toY(y).toFixed(1)}" r="3" fill="${colour}"><title>${x}: ${y}</title></circle>`,
    );
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${text(EDGE.left + 8, EDGE.top + 14 + index * 16, name, 'start').replace('<text', `<text fill="${colour}"`)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="system-ui, sans-serif" font-size="12" fill="#888">`,
    ...ticks,
    ...xs.map((x) => text(toX(x), SIZE.height - EDGE.bottom + 18, x.toLocaleString('en'))),
    text(EDGE.left + width / 2, SIZE.height - 10, xName),
    text(EDGE.left, EDGE.top - 6, yName, 'start'),
    ...lines,
    '</svg>\n',
  ].join('\n');
};
