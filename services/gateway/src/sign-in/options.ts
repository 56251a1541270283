import type { Role } from '@crewboard/contract';

/** One of the board's own passwords, and what it makes of who knows it. */
export interface BoardPassword {
  role: Role;
  password: string;
}

/** How people sign in on this board. At least one way is there. */
export interface SignInOptions {
  passwords: readonly BoardPassword[];
  /** A sign-in lasts so long, whatever its person does. */
  ttlMs: number;
  /** Reads /metrics without a sign-in. */
  metricsToken?: string | undefined;
}

/** Whoever reaches a board without sign-in. */
export interface Person {
  name: string;
  role: Role;
}
