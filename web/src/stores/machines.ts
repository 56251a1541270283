import type { Machine, Machines } from '@crewboard/contract';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { byPerson, shownMachine } from '../machines/machine-state.ts';

/** The machines as the gateway told them last. */
export const useMachinesStore = defineStore('machines', () => {
  /** When each was heard (`receivedAt`) is told by this page's clock, like all else that ages here. */
  const machines = shallowRef<readonly Machine[]>([]);
  /** When they were told; null until then: nothing is known, which is not the same as nothing being there. */
  const asOf = shallowRef<number | null>(null);
  const shown = computed(() => machines.value.map((machine) => shownMachine(machine, asOf.value ?? 0)).sort(byPerson));
  const hear = ({ now, machines: told }: Machines, pageNow = Date.now()): void => {
    machines.value = told.map((machine) => ({ ...machine, receivedAt: machine.receivedAt - now + pageNow }));
    asOf.value = pageNow;
  };
  const forget = (): void => {
    machines.value = [];
    asOf.value = null;
  };
  return { asOf, shown, hear, forget };
});
