#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [oldest] = engines.node.match(/[\d.]+/);
const numbersOf = (version) => version.split('.').map(Number);
const [[major, minor], [oldestMajor, oldestMinor]] = [numbersOf(process.versions.node), numbersOf(oldest)];

const built = new URL('../dist/crewboard.js', import.meta.url);
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(`Crewboard needs Node.js ${oldest} or later; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (existsSync(built)) {
  await import(built.href);
} else {
  console.error('Crewboard is not built yet. Run `npm run build` first.');
  process.exitCode = 1;
}
