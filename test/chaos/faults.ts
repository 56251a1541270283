import type { Random } from '../../cli/src/demo/random.ts';
import type { Part } from './part.ts';
import type { Relay } from './relay.ts';
import type { Team } from './team.ts';

export const KINDS = ['kill', 'pause', 'restart', 'cut', 'slow', 'full disk', 'clock jump', 'maxmemory'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that goes wrong. */
export interface Fault {
  kind: Kind;
  /** What it happens to. */
  at: string;
  /** How long it lasts, ms. */
  lastsMs: number;
  strike(): Promise<void> | void;
  heal(): Promise<void> | void;
}

const HOUR_MS = 3_600_000;
/** Beyond the lease of a partition, so that another replica has it by then. */
const LONG_PAUSE_MS = 8_000;

const onPart = (team: Team, random: Random): Part => {
  // Each kind of part as often as any other, however many there are of it.
  const kind = random.pick(['agent', 'fleet', 'gateway', 'status', 'enricher', 'redis']);
  return random.pick(team.parts.filter(({ name }) => name.startsWith(kind)));
};

const onRelay = (team: Team, random: Random): [string, Relay] => {
  const kind = random.pick(['gateway', 'status', 'enricher', 'agent', 'fleet', 'viewer']);
  return random.pick([...team.relays].filter(([from]) => from.startsWith(kind)));
};

const nothing = (): void => undefined;

const makers: Record<Kind, (team: Team, random: Random) => Omit<Fault, 'kind'>> = {
  kill: (team, random) => {
    const part = onPart(team, random);
    const strike = async (): Promise<void> => {
      // What it has acknowledged it holds back for up to two seconds while an fsync is late (everysec): what is lost then, Redis lost.
      if (part.name === 'redis') await team.redis.config('SET', 'appendfsync', 'always');
      part.signal('SIGKILL');
    };
    return { at: part.name, lastsMs: 0, strike, heal: nothing };
  },
  pause: (team, random) => {
    const part = onPart(team, random);
    const isLong = part.name.startsWith('status') && random.chance(0.5);
    const lastsMs = isLong ? LONG_PAUSE_MS : random.int(300, 2_000);
    return { at: part.name, lastsMs, strike: () => part.signal('SIGSTOP'), heal: () => part.signal('SIGCONT') };
  },
  restart: (team, random) => {
    const part = onPart(team, random);
    return { at: part.name, lastsMs: 0, strike: () => part.signal('SIGTERM'), heal: nothing };
  },
  cut: (team, random) => {
    const [at, relay] = onRelay(team, random);
    return { at, lastsMs: random.int(300, 2_000), strike: relay.cut, heal: relay.mend };
  },
  slow: (team, random) => {
    const [at, relay] = onRelay(team, random);
    const delayMs = random.int(50, 800);
    const bytesPerSecond = random.int(20_000, 200_000);
    return {
      at,
      lastsMs: random.int(500, 2_000),
      strike: () => relay.slow(delayMs, bytesPerSecond),
      heal: relay.mend,
    };
  },
  'full disk': (team, random) => {
    const [at, disk] = random.pick([...team.disks]);
    const heal = async (): Promise<void> => {
      disk.empty();
      // Redis 7.0 may have damaged its file: what a person is told to do in docs/deploy.md.
      if (at === 'redis') await team.redis.call('BGREWRITEAOF');
    };
    return { at, lastsMs: random.int(300, 2_000), strike: disk.fill, heal };
  },
  'clock jump': (team, random) => {
    // A fleet's machines would all have the same clock.
    const part = random.pick(team.parts.filter(({ name }) => /^(agent|gateway|status|enricher)/.test(name)));
    const set = async (offMs: number): Promise<void> => {
      // A gateway tells its machines what time it is, and believes none that is ahead. That it is right again they learn by and by:
      // the end of the round ends it.
      if (offMs !== 0 && part.name.startsWith('gateway'))
        for (const machine of team.machines) machine.setBoardClock(true);
      const isSet = part.setClock(offMs);
      // A machine has one clock: what is written there has the wrong time too.
      await Promise.all([isSet, ...team.machinesOf(part).map((machine) => machine.setClock(offMs, isSet))]);
    };
    const offMs = random.pick([-HOUR_MS, HOUR_MS]);
    return {
      at: `${part.name} ${offMs > 0 ? '+' : '-'}1 h`,
      lastsMs: random.int(500, 2_000),
      strike: () => set(offMs),
      heal: () => set(0),
    };
  },
  maxmemory: ({ redis }, random) => ({
    at: 'redis',
    lastsMs: random.int(300, 2_000),
    strike: async () => void (await redis.config('SET', 'maxmemory', '1mb')),
    heal: async () => void (await redis.config('SET', 'maxmemory', '0')),
  }),
};

/** The fault of a round: every kind comes once before any comes again. */
export const faultOf = (team: Team, kind: Kind, random: Random): Fault => ({ kind, ...makers[kind](team, random) });
