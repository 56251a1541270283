export { type Access, createAccess, type JoinRequest } from './access.ts';
export type { Claims } from './claims.ts';
export { INVITE_TTL_MS, type Invite, type Invites } from './invites.ts';
export type { Admitted, JoinedMachine, MachineIdentity, Machines } from './machines.ts';
export { mayActAs, type Viewer, type Viewers } from './viewers.ts';
