import type { Session } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { computed, type MaybeRefOrGetter, onScopeDispose, type ShallowRef, shallowRef, toValue } from 'vue';
import { useBoardStore } from '../stores/board.ts';
import { type Command, isPossible, onSessionInHand, type SessionAction } from './command.ts';

/** Adds one to the end of a list; what it returns takes it away again. */
const adding =
  <One>(list: ShallowRef<readonly One[]>) =>
  (one: One): (() => void) => {
    list.value = [...list.value, one];
    return () => {
      list.value = list.value.filter((other) => other !== one);
    };
  };

/** All that can be done on the page as it stands: each part tells what can be done there while it is there. */
export const useCommandsStore = defineStore('commands', () => {
  const board = useBoardStore();
  const toldCommands = shallowRef<readonly MaybeRefOrGetter<readonly Command[]>[]>([]);
  const toldActions = shallowRef<readonly (readonly SessionAction[])[]>([]);
  const toldOpen = shallowRef<readonly (() => string | null)[]>([]);

  /** The session whose card, or entry of the queue, has the focus; else the one that is open. */
  const inHand = (): Session | undefined => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-session], [data-need]')?.dataset;
    const open = toldOpen.value.map((idOf) => idOf()).findLast((sessionId) => sessionId !== null);
    const sessionId = focused?.session ?? focused?.need ?? open;
    return sessionId ? board.board.sessions.get(sessionId) : undefined;
  };

  const actions = computed(() => toldActions.value.flat());
  /** The latest first: the part that came last has the first say. */
  const commands = computed(() =>
    [
      ...actions.value.map((action) => onSessionInHand(action, inHand)),
      ...toldCommands.value.flatMap(toValue),
    ].reverse(),
  );
  const actionsOn = (session: Session): SessionAction[] =>
    actions.value.filter(({ isPossible: may }) => may?.(session) ?? true);
  const commandOf = (id: string): Command | undefined => commands.value.find((command) => command.id === id);
  /** What these keys call now; `undefined` where that is nothing. */
  const calledBy = (keys: string): Command | undefined =>
    commands.value.find((command) => command.keys?.includes(keys) && isPossible(command));

  return {
    commands,
    inHand,
    actionsOn,
    calledBy,
    commandOf,
    tellCommands: adding(toldCommands),
    tellActions: adding(toldActions),
    tellOpen: adding(toldOpen),
  };
});

/** Tells what can be done, for as long as the part of the page is there that calls this. */
export const useCommands = (commands: MaybeRefOrGetter<readonly Command[]>): void =>
  onScopeDispose(useCommandsStore().tellCommands(commands));

/** Tells what can be done with a session, for as long as the part of the page is there that calls this. */
export const useSessionActions = (actions: readonly SessionAction[]): void =>
  onScopeDispose(useCommandsStore().tellActions(actions));

/** Tells which session is open in a part of the page, for as long as that is there: what has no focus is meant by its keys. */
export const useOpenSession = (idOf: () => string | null): void => onScopeDispose(useCommandsStore().tellOpen(idOf));
