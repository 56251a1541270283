import type { Records } from '@crewboard/records';
import { z } from 'zod';
import { newId } from './secrets.ts';
import { name } from './shapes.ts';

const holderSchema = z.object({
  machineId: z.string(),
  owner: name,
  /** What the machine would like to be called; its name may have a number behind that. */
  wanted: name,
  /** New each time that the name is given, so that nobody takes a name away that was given again meanwhile. */
  hold: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

const parse = (value: unknown): Holder | undefined => holderSchema.safeParse(value).data;

/** A name that a machine has; `hold` is what gives it back. */
export interface HeldName {
  machine: string;
  hold: string;
}

export interface MachineNames {
  /**
   * Gives a machine a name that no other has. Without `machineId` it is the machine that this owner calls so, or a new one;
   * a repeat finds the same. What fails after it leaves the name with its owner, who gets it again.
   */
  take(options: {
    wanted: string;
    owner: string;
    machineId?: string | undefined;
  }): Promise<HeldName & { machineId: string }>;
  /** False where the name was given again meanwhile, or is no longer given to anybody. */
  isHeld(held: HeldName): Promise<boolean>;
  /** For others to have, at once or after a time. Does nothing where it was given again meanwhile. */
  release(held: HeldName, afterMs?: number): Promise<void>;
}

const NAME_MAX = 200;

/** The name itself, then with 2, 3, … behind it. Never longer than a name may be, and never cut within a character. */
const numbered = (wanted: string, number: number): string => {
  if (number === 1) return wanted;
  const suffix = `-${number}`;
  return wanted.slice(0, NAME_MAX - suffix.length).replace(/[\uD800-\uDBFF]$/, '') + suffix;
};

export const createMachineNames = (records: Records): MachineNames => ({
  async take({ wanted, owner, machineId }) {
    const isOurs = (holder: Holder): boolean =>
      machineId === undefined ? holder.owner === owner && holder.wanted === wanted : holder.machineId === machineId;
    const hold = newId();
    const fresh = machineId ?? newId();
    for (let number = 1; ; number++) {
      const machine = numbered(wanted, number);
      const before = await records.update('name', machine, (current) => {
        const holder = parse(current);
        if (holder && !isOurs(holder)) return 'keep';
        return { value: { machineId: holder?.machineId ?? fresh, owner, wanted, hold } satisfies Holder };
      });
      const holder = parse(before);
      if (!holder || isOurs(holder)) return { machine, hold, machineId: holder?.machineId ?? fresh };
    }
  },
  async isHeld({ machine, hold }) {
    return parse(await records.get('name', machine))?.hold === hold;
  },
  async release({ machine, hold }, afterMs) {
    await records.update('name', machine, (current) => {
      if (parse(current)?.hold !== hold) return 'keep';
      return afterMs === undefined ? 'remove' : { value: current, ttlMs: afterMs };
    });
  },
});
