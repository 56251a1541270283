import {
  type AgentConfig,
  dryRun,
  findTarget,
  NotJoined,
  readJournal,
  readPrivacyFile,
  sourcesOf,
  type Target,
} from '@crewboard/ingest';

export interface ShowFlags {
  /** Only what was sent, or only what would be sent now. */
  sent?: true;
  next?: true;
  json?: true;
}

/** `crewboard agent --show`: what was sent, to the letter, and what would be sent now. Sends nothing, and changes nothing. */
export const showSent = async (config: AgentConfig, { sent, next, json }: ShowFlags): Promise<void> => {
  const target = await targetOf(config);
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  say(describe(config, target));
  if (sent || !next) {
    const lines = readJournal(config.CREWBOARD_DATA_DIR);
    say(
      lines.length === 0
        ? '\nNothing was sent yet.'
        : `\nWas sent (the last ${lines.length} events, as they went over the wire):`,
    );
    for (const line of lines) console.log(line);
  }
  if (next || !sent) {
    say(`\n${target ? 'Would be sent now' : 'Would be sent after joining'}, by this machine's clock:`);
    let count = 0;
    await dryRun(sourcesOf(config, target), (events) => {
      count += events.length;
      for (const event of events) console.log(JSON.stringify({ board: target?.url ?? null, event }));
    });
    if (count === 0) say('Nothing: the board has it all.');
  }
};

const targetOf = async (config: AgentConfig): Promise<Target | undefined> => {
  try {
    return await findTarget(config);
  } catch (error) {
    if (error instanceof NotJoined) return undefined;
    throw error;
  }
};

const describe = (config: AgentConfig, target: Target | undefined): string => {
  const read = readPrivacyFile(config.CREWBOARD_DATA_DIR);
  const rules =
    'problem' in read
      ? 'privacy.json cannot be understood: an agent that starts now sends nothing'
      : `${read.file.tier ?? config.CREWBOARD_PRIVACY ?? 'summary'}, ${read.file.rules.length} rules (crewboard private status)`;
  return [`Board: ${target?.kind === 'redis' ? 'Redis' : (target?.url ?? 'none joined yet')}`, `Tier: ${rules}`].join(
    '\n',
  );
};
