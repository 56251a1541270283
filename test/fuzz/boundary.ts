import type fc from 'fast-check';
import { PRIVATE_TEXT } from '../support/hostile.ts';

/** What a boundary made of an input: a value of its schema, or a refusal that says why. Of a batch, how many it took. */
export type Verdict = 'accepted' | 'refused' | { accepted: number };

/** One place where something from outside comes in, with what it may be sent and what has to hold of the answer. */
export interface Boundary<Input = unknown> {
  name: string;
  /** Its part of all inputs: those that cost a file or a request get fewer. */
  share: number;
  inputs: fc.Arbitrary<Input>;
  /** How many inputs one of them holds, where it is a batch. */
  size?(input: Input): number;
  /** Throws where something does not hold: that is a find. */
  check(input: Input): Verdict | Promise<Verdict>;
  /** Once, after its last input. Throws where all of them together left something that must not be. */
  finish?(): Promise<void>;
}

/** The boundaries of one file, ready to be sent inputs. */
export type Door = () => Promise<readonly Boundary<never>[]>;

/** Keeps a boundary's type of input to itself. */
export const boundary = <Input>(it: Boundary<Input>): Boundary<never> => it as unknown as Boundary<never>;

/** Throws unless it holds; `what` says in a sentence what had to. */
export const must = (holds: boolean, what: string, seen?: unknown): void => {
  if (holds) return;
  throw new Error(seen === undefined ? what : `${what}: ${JSON.stringify(seen)?.slice(0, 600)}`);
};

/** The two are the same as JSON, whatever made them. */
export const mustBeSame = (one: unknown, other: unknown, what: string): void => {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a?.slice(0, 400)} / ${b?.slice(0, 400)}`);
};

/** A reason is told to people and to logs: it says what is wrong, in none of the input's own words. */
export const mustBeReason = (reason: unknown): void => {
  must(typeof reason === 'string' && reason.length > 0, 'a refusal says why', reason);
  must(!String(reason).includes(PRIVATE_TEXT), 'a reason holds no private text', reason);
};
