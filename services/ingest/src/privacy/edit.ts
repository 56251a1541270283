import { join } from 'node:path';
import type { PrivacyTier } from '@crewboard/contract';
import { writePrivately } from '../private-file.ts';
import type { Place } from '../transcript/place.ts';
import type { PrivacyFile, PrivacyRule } from './rules.ts';
import { compileSettings, privacyPath, readPrivacyFile } from './settings.ts';

/** What a rule is about: a glob of repositories or of folders. */
export type Selector = { repo: string } | { path: string };

/** Every session, wherever it works. */
export const EVERYTHING: Selector = { repo: '**' };

/** The repository of a folder by its exact name; of one that is hosted nowhere, the folder. */
export const selectorOf = (cwd: string, { remote }: Place): Selector =>
  remote === null ? { path: literal(cwd) } : { repo: literal(remote) };

/** Backslashes are no way to write it: on Windows they part folders. */
const literal = (text: string): string => text.replace(/[*?[\]{}()!]/g, '[$&]');

const isAbout = (rule: PrivacyRule, selector: Selector): boolean =>
  'repo' in selector ? 'repo' in rule && rule.repo === selector.repo : 'path' in rule && rule.path === selector.path;

/** Pure. The same file where it says so already. */
export const withPrivate = (file: PrivacyFile, selector: Selector): PrivacyFile =>
  file.rules.some((rule) => rule.tier === 'private' && isAbout(rule, selector))
    ? file
    : { ...file, rules: [...file.rules, { ...selector, tier: 'private' }] };

/** Pure. The same file where no such rule is in it. */
export const withoutPrivate = (file: PrivacyFile, selector: Selector): PrivacyFile => {
  const rules = file.rules.filter((rule) => rule.tier !== 'private' || !isAbout(rule, selector));
  return rules.length === file.rules.length ? file : { ...file, rules };
};

/** Edits `privacy.json`. Resolves with true where it changed; rejects where the file cannot be understood. */
export const editPrivacy = async (dataDir: string, edit: (file: PrivacyFile) => PrivacyFile): Promise<boolean> => {
  const read = readPrivacyFile(dataDir);
  if ('problem' in read)
    throw new Error(`${privacyPath(dataDir)} cannot be understood, and was left as it is: ${read.problem}`);
  const edited = edit(read.file);
  if (edited === read.file) return false;
  await writePrivately(join(dataDir, 'privacy.json'), `${JSON.stringify(edited, null, 2)}\n`);
  return true;
};

/** The tier that sessions in a place have by a file. */
export const tierIn = (
  file: PrivacyFile,
  cwd: string,
  { repo, remote }: Place,
  { fallback, home }: { fallback: PrivacyTier; home: string },
): PrivacyTier => compileSettings(file, { fallback, home }).of({ cwd, repo, remote });
