import type { InviteAnswer } from '@crewboard/contract';
import { onScopeDispose, type Ref, ref, shallowRef } from 'vue';
import { type GatewayClient, type Invites, type JoinedMachines, Refused } from '../feed/gateway-client.ts';
import { pollWhileVisible } from '../feed/poll.ts';
import { t } from '../words/index.ts';

const EVERY_MS = 5_000;

/** How machines come onto the board, and how they go. */
export interface Joining {
  /** Those that were not used yet; null until they were told once. */
  invites: Readonly<Ref<Invites | null>>;
  /** For an admin; empty for others. */
  joined: Readonly<Ref<JoinedMachines>>;
  /** Why the last thing that was asked for was not done, in a sentence; null where it was. */
  problem: Readonly<Ref<string | null>>;
  /** Null where it was refused: see `problem`. */
  invite(owner?: string): Promise<InviteAnswer | null>;
  takeBack(inviteId: string): Promise<void>;
  revoke(machineId: string): Promise<void>;
}

/** `isAdmin`: who else may not know which machines joined. */
export const useJoining = (gateway: GatewayClient, isAdmin: boolean): Joining => {
  const invites = shallowRef<Invites | null>(null);
  const joined = shallowRef<JoinedMachines>([]);
  const problem = ref<string | null>(null);

  const load = async (signal: AbortSignal): Promise<void> => {
    const [open, machines] = await Promise.all([
      gateway.invites(signal),
      isAdmin ? gateway.joinedMachines(signal) : Promise.resolve([]),
    ]);
    invites.value = open;
    joined.value = machines;
  };
  let stop = (): void => {};
  const reload = (): void => {
    stop();
    stop = pollWhileVisible({ ask: load, onAnswer: () => {}, everyMs: EVERY_MS });
  };
  /** Does it, and looks at what became of it. */
  const act = async <Answer>(doing: Promise<Answer>): Promise<Answer | null> => {
    try {
      const answer = await doing;
      problem.value = null;
      return answer;
    } catch (error) {
      problem.value = error instanceof Refused ? error.message : t('common.unreachable');
      return null;
    } finally {
      reload();
    }
  };

  reload();
  onScopeDispose(() => stop());
  return {
    invites,
    joined,
    problem,
    invite: (owner) => act(gateway.invite(owner)),
    takeBack: async (inviteId) => void (await act(gateway.takeBack(inviteId))),
    revoke: async (machineId) => void (await act(gateway.revoke(machineId))),
  };
};
