import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  agentConfigSchema,
  createLocate,
  EVERYTHING,
  editPrivacy,
  type PrivacyRule,
  privacyPath,
  readPrivacyFile,
  runningAgent,
  type Selector,
  selectorOf,
  tierIn,
  withoutPrivate,
  withPrivate,
} from '@crewboard/ingest';
import { parseConfig } from '@crewboard/runtime';
import { z } from 'zod';

export interface PrivateFlags {
  repo?: string;
  path?: string;
  all?: true;
}

const { CREWBOARD_DATA_DIR, CREWBOARD_PRIVACY } = agentConfigSchema.shape;
const settingsSchema = z.object({ CREWBOARD_DATA_DIR, CREWBOARD_PRIVACY });

/** `crewboard private on`: from now on nothing of some sessions leaves this machine but their number. */
export const hide = async (env: NodeJS.ProcessEnv, flags: PrivateFlags): Promise<void> => {
  const { CREWBOARD_DATA_DIR: dataDir } = parseConfig(settingsSchema, env);
  const selector = selected(flags);
  const isNew = await editPrivacy(dataDir, (file) => withPrivate(file, selector));
  console.log(
    `${nameOf(selector)} is private${isNew ? ' now' : ' already'}: nothing of it leaves but how many sessions there are.`,
  );
  console.log(
    (await runningAgent(dataDir))
      ? 'The agent takes what was told off the board within a second. What the board still keeps in its log: crewboard forget.'
      : 'No agent runs at the moment; the next one takes off the board what was told.',
  );
};

/** `crewboard private off`: sessions are told again, from now on. */
export const reveal = async (env: NodeJS.ProcessEnv, flags: PrivateFlags): Promise<void> => {
  const { CREWBOARD_DATA_DIR: dataDir, CREWBOARD_PRIVACY: tier } = parseConfig(settingsSchema, env);
  const selector = selected(flags);
  const isNew = await editPrivacy(dataDir, (file) => withoutPrivate(file, selector));
  console.log(
    isNew
      ? `${nameOf(selector)} is not private any more. What happened meanwhile stays so.`
      : `There is no rule that makes just ${nameOf(selector)} private.`,
  );
  const read = readPrivacyFile(dataDir);
  if ('problem' in read || read.file.rules.every((rule) => rule.tier !== 'private')) return;
  const place = createLocate()(process.cwd());
  const here = tierIn(read.file, process.cwd(), place, { fallback: tier ?? 'summary', home: homedir() });
  if (here === 'private') console.log('This folder is private still, by another rule: crewboard private status');
};

/** `crewboard private status`: what leaves this machine, by which rules. */
export const status = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const { CREWBOARD_DATA_DIR: dataDir, CREWBOARD_PRIVACY: tier } = parseConfig(settingsSchema, env);
  const read = readPrivacyFile(dataDir);
  if ('problem' in read) {
    console.log(`${privacyPath(dataDir)} cannot be understood: ${read.problem}`);
    console.log(
      'Until it is repaired every session has the strictest tier of the rules before; after a restart nothing leaves.',
    );
    process.exitCode = 1;
    return;
  }
  const { file } = read;
  const fallback = file.tier ?? tier;
  console.log(`Where no rule matches: ${fallback ?? 'summary to a board elsewhere, full to one on this machine'}.`);
  if (file.hashRepositories) console.log('At tier status repositories have no names.');
  for (const rule of file.rules) console.log(`  ${rule.tier.padEnd(8)} ${ruleText(rule)}`);
  const cwd = process.cwd();
  const here = tierIn(file, cwd, createLocate()(cwd), { fallback: fallback ?? 'summary', home: homedir() });
  console.log(`This folder: ${here}.`);
  console.log(`The rules stand in ${privacyPath(dataDir)}.`);
};

const selected = ({ repo, path, all }: PrivateFlags): Selector => {
  if ([repo, path, all].filter((flag) => flag !== undefined).length > 1)
    throw new Error('One of --repo, --path and --all at a time.');
  if (all) return EVERYTHING;
  if (repo !== undefined) return { repo };
  if (path !== undefined) return { path: path.startsWith('~') ? path : resolve(path) };
  const cwd = process.cwd();
  return selectorOf(cwd, createLocate()(cwd));
};

const nameOf = (selector: Selector): string =>
  selector === EVERYTHING
    ? 'Everything'
    : ('repo' in selector ? selector.repo : selector.path).replace(/\[(.)\]/g, '$1');

const ruleText = (rule: PrivacyRule): string => ('repo' in rule ? `repository ${rule.repo}` : `folder ${rule.path}`);
