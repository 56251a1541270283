#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/crewboard.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error('Crewboard is not built yet. Run `npm run build` first.');
  process.exitCode = 1;
}
