import {
  createHookParser,
  jobEvent,
  parseJob,
  parsePresence,
  parseSubagentMeta,
  pidOfPresenceFile,
  presenceEvents,
} from '@crewboard/ingest';
import fc from 'fast-check';
import { POSITIONS } from '../../../services/ingest/src/hooks/parse.ts';
import { jobPlace } from '../../../services/ingest/src/jobs/parse.ts';
import { subagentFacts } from '../../../services/ingest/src/transcript/subagent.ts';
import { mutatedBytes, mutatedJson } from '../../support/mutations.ts';
import { boundary, type Door, must, mustBeReason, mustBeSame } from '../boundary.ts';
import { recorded } from '../seeds.ts';
import { locate, mustBeEvents, NOW } from '../told.ts';

const machine = { machine: 'devbox', owner: 'Dev', locate };

const readPayloads = (payloads: readonly Buffer[]) => {
  const parser = createHookParser({ ...machine, stream: 'hooks' });
  return payloads.map((raw, index) => ({ first: index * POSITIONS, ...parser.payload(raw, index * POSITIONS, NOW) }));
};

const hooks = boundary({
  name: 'hook-payloads',
  share: 14,
  inputs: fc.array(mutatedBytes(mutatedJson(recorded('hook'))), { minLength: 1, maxLength: 4 }),
  size: ({ length }) => length,
  check: (input) => {
    const parsed = readPayloads(input);
    for (const { events, problem, first } of parsed) {
      mustBeEvents(events);
      if (problem !== undefined) mustBeReason(problem);
      const isWithin = events.every(({ position }) => position >= first && position < first + POSITIONS);
      must(
        isWithin,
        'a payload’s events have its own positions',
        events.map(({ position }) => position),
      );
    }
    mustBeSame(readPayloads(input), parsed, 'a repeat tells the same');
    return { accepted: parsed.filter(({ problem }) => problem === undefined).length };
  },
});

const presence = boundary({
  name: 'presence-files',
  share: 10,
  inputs: fc.tuple(mutatedBytes(mutatedJson(recorded('presence'))), mutatedBytes(mutatedJson(recorded('presence')))),
  size: () => 2,
  check: (input) => {
    const [before, after] = input.map((bytes) => {
      const text = bytes.toString('utf8');
      const pid = Number(/"pid":\s*(\d{1,9})/.exec(text)?.[1] ?? 1);
      return parsePresence(text, pid);
    });
    const context = { ...machine, observedAt: NOW, lastPosition: -1 };
    const told = after && presenceEvents(before, after, context);
    if (!told || !after) return 'refused';
    mustBeEvents(told.events);
    const rose = told.events.map(({ position }) => position);
    must(
      rose.every((position, index) => index === 0 || position > (rose[index - 1] ?? 0)),
      'positions rise',
      rose,
    );
    const again = presenceEvents(after, after, { ...context, lastPosition: told.lastPosition });
    mustBeSame(again.events, [], 'a file that says the same again tells nothing');
    return 'accepted';
  },
});

const names = boundary({
  name: 'presence-file-names',
  share: 1,
  inputs: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer().map((pid) => `${pid}.json`),
    fc.constantFrom('1.key', '../1.json', '1.json.key', '1e3.json'),
  ),
  check: (name) => {
    const pid = pidOfPresenceFile(name);
    if (pid === undefined) return 'refused';
    must(
      Number.isSafeInteger(pid) && pid >= 0 && !name.includes('/'),
      'a presence file is named by a number alone',
      name,
    );
    return 'accepted';
  },
});

const jobs = boundary({
  name: 'job-files',
  share: 6,
  inputs: fc.record({
    bytes: mutatedBytes(mutatedJson(recorded('job'))),
    modifiedAt: fc.constantFrom(0, 0.5, NOW, NOW + 0.25),
  }),
  check: ({ bytes, modifiedAt }) => {
    const record = parseJob(bytes.toString('utf8'));
    if (!record) return 'refused';
    const event = jobEvent('job-1', record, { machine: 'devbox', modifiedAt, lastPosition: -1 });
    const place = jobPlace(event, record, machine);
    mustBeEvents(place ? [event, place] : [event]);
    return 'accepted';
  },
});

const notes = boundary({
  name: 'subagent-notes',
  share: 3,
  inputs: mutatedBytes(
    mutatedJson([...recorded('meta'), { agentType: 'Explore', description: 'look', toolUseId: 'toolu_1' }]),
  ),
  check: (bytes) => {
    const meta = parseSubagentMeta(bytes.toString('utf8'));
    if (!meta) return 'refused';
    const stamp = {
      schemaVersion: 1,
      sessionId: 'one',
      machine: 'devbox',
      source: 'transcript',
      stream: 's',
      position: 0,
      occurredAt: NOW,
    } as const;
    mustBeEvents(subagentFacts('nothing', meta).map((fact) => ({ ...fact, ...stamp, agentId: 'a1' })));
    return 'accepted';
  },
});

export const door: Door = async () => [hooks, presence, names, jobs, notes];
