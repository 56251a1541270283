import type { Plugin } from 'vite';
import { drawFavicon, FAVICONS } from '../src/attention/favicon.ts';

/** Draws the tab's pictures as files: the gateway's policy allows no images of data. */
export const favicons = (): Plugin => ({
  name: 'crewboard-favicons',
  apply: 'build',
  generateBundle() {
    for (const favicon of FAVICONS) {
      this.emitFile({ type: 'asset', fileName: `favicons/${favicon}.svg`, source: drawFavicon(favicon) });
    }
  },
});
