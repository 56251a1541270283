import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivacyTier } from '@crewboard/contract';
import type { Logger } from '@crewboard/runtime';
import { z } from 'zod';
import { fileVersion } from '../file-version.ts';
import { compileRules, type PrivacyFile, privacyFileSchema, type Rules, strictestOf } from './rules.ts';

/** What the rules of a machine stand in, in its data folder. */
export const PRIVACY_FILE = 'privacy.json';

export const privacyPath = (dataDir: string): string => join(dataDir, PRIVACY_FILE);

/** The rules as they stand in the file right now. */
export interface PrivacySettings {
  /** One look at the file; true where it says something else than before. Cheap: to be asked before anything is sent. */
  refresh(): boolean;
  readonly rules: Rules;
  /** The file cannot be understood: nothing more leaves than before, and nothing is withdrawn. */
  readonly isDamaged: boolean;
}

export interface PrivacySettingsOptions {
  dataDir: string;
  fallback: PrivacyTier;
  home: string;
  logger: Logger;
}

/**
 * Reads `privacy.json` and keeps an eye on it. While it is damaged every session has the strictest tier that the rules before gave to
 * any; where there were none (the agent has just started), nothing leaves.
 */
export const createPrivacySettings = ({ dataDir, fallback, home, logger }: PrivacySettingsOptions): PrivacySettings => {
  const path = privacyPath(dataDir);
  const allAt = (tier: PrivacyTier, { hashRepositories, count }: Pick<Rules, 'hashRepositories' | 'count'>): Rules => ({
    fallback: tier,
    hashRepositories,
    count,
    strictest: tier,
    of: () => tier,
  });
  let version: string | undefined;
  let rules: Rules = allAt('private', { hashRepositories: true, count: 0 });
  let isDamaged = false;

  const refresh = (): boolean => {
    const next = fileVersion(path);
    if (next === version) return false;
    version = next;
    const read = readPrivacyFile(dataDir);
    if ('problem' in read) {
      rules = allAt(strictestOf(rules.strictest, rules.fallback), rules);
      isDamaged = true;
      logger.error(
        { path, problem: read.problem, tier: rules.fallback },
        'privacy.json cannot be understood: until it is repaired every session has the strictest tier of the rules before',
      );
    } else {
      rules = compileSettings(read.file, { fallback, home });
      isDamaged = false;
    }
    return true;
  };

  refresh();
  return {
    refresh,
    get rules() {
      return rules;
    },
    get isDamaged() {
      return isDamaged;
    },
  };
};

/** The rules of a file as they hold on this machine. */
export const compileSettings = (file: PrivacyFile, context: { fallback: PrivacyTier; home: string }): Rules =>
  compileRules(file, { ...context, realPath, ignoresCase: process.platform !== 'linux' });

/** A file that is not there holds no rules. Never throws. */
export const readPrivacyFile = (dataDir: string): { file: PrivacyFile } | { problem: string } => {
  let text: string;
  try {
    text = readFileSync(privacyPath(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { file: privacyFileSchema.parse({}) };
    }
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  try {
    const parsed = privacyFileSchema.safeParse(JSON.parse(text));
    return parsed.success ? { file: parsed.data } : { problem: z.prettifyError(parsed.error) };
  } catch {
    return { problem: 'it is no JSON' };
  }
};

const realPath = (folder: string): string => {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
};
