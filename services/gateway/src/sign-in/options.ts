import type { Role } from '@crewboard/contract';

/** One of the board's own passwords, and what it makes of who knows it. */
export interface BoardPassword {
  role: Role;
  password: string;
}

export interface GithubOptions {
  clientId: string;
  clientSecret: string;
  /** Organisations (`acme`) and teams (`acme/platform`) whose members come in. */
  allow: readonly string[];
  /** Logins (`mara`) and teams (`acme/leads`); who is not let in is no admin either. */
  admins: readonly string[];
  /** `https://github.com`, or a GitHub Enterprise Server. */
  url: string;
  apiUrl: string;
}

export interface OidcOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** E-mail addresses, domains (`@acme.com`) and groups (`group:platform`) that come in. */
  allow: readonly string[];
  /** The same, for admins; who is not let in is no admin either. */
  admins: readonly string[];
  /** What the button says. */
  label: string;
}

/** How people sign in on this board. At least one way is there. */
export interface SignInOptions {
  passwords: readonly BoardPassword[];
  github?: GithubOptions | undefined;
  oidc?: OidcOptions | undefined;
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
