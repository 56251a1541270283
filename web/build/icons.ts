// npx tsx web/build/icons.ts: draws the icons of the installed page from the brand mark.
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../../test/support/chromium.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const mark = await readFile(here('../public/favicon.svg'), 'utf8');

/** `part`: how much of the width the mark takes; a mask may cut off all outside the middle 80 %. Null: no ground. */
const ICONS: readonly { name: string; size: number; part: number; ground: string | null }[] = [
  { name: '192', size: 192, part: 0.84, ground: null },
  { name: '512', size: 512, part: 0.84, ground: null },
  { name: 'maskable', size: 512, part: 0.52, ground: '#ffffff' },
  { name: 'touch', size: 180, part: 0.62, ground: '#ffffff' },
];

await mkdir(here('../public/icons'), { recursive: true });
const browser = await launchChromium();
for (const { name, size, part, ground } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const style = `margin:0;display:grid;place-items:center;height:100vh;background:${ground ?? 'transparent'}`;
  await page.setContent(`<body style="${style}"><div style="width:${part * size}px">${mark}</div></body>`);
  await page.screenshot({ path: here(`../public/icons/${name}.png`), omitBackground: ground === null });
  await page.close();
}
await browser.close();
