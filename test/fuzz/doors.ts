import { readdirSync } from 'node:fs';
import type { Boundary, Door } from './boundary.ts';

const folder = new URL('./boundaries/', import.meta.url);

/**
 * Every boundary: each file of the folder has a door to some. They are found there and not named here, as those of the page are
 * checked with the page's types and the others with the services'.
 */
export const openDoors = async (): Promise<readonly Boundary<unknown>[]> => {
  const boundaries: Boundary<unknown>[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    const { door } = (await import(new URL(file, folder).href)) as { door: Door };
    boundaries.push(...((await door()) as readonly Boundary<unknown>[]));
  }
  return boundaries;
};
