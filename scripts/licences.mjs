// The licences of what a bundle holds of others: they ask to be handed on with it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;

/** The folder of the package that a source of a bundle lies in; undefined for our own. */
const packageFolder = (source) => {
  // Bundlers put a mark before what they made up.
  const path = source.replace(/^\0/, '').replaceAll('\\', '/');
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
};

const describe = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${name} ${version} is bundled and names no licence`);
  const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return { title: `${name} ${version} (${license})`, text };
};

/** One text with the licence of each package that the sources (paths of files) belong to. Throws where one names none. */
export const licencesOf = (sources) => {
  const folders = new Set(sources.map(packageFolder));
  const found = [...folders]
    .filter((folder) => folder !== undefined && existsSync(join(folder, 'package.json')))
    .map(describe)
    .sort((a, b) => a.title.localeCompare(b.title, 'en'));
  const parts = found.map(({ title, text }) => `${title}\n\n${text}\n`);
  return `What Crewboard holds of others, and their licences.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
};
