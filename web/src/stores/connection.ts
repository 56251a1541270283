import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ConnectionState } from '../feed/connect.ts';

export const useConnectionStore = defineStore('connection', () => {
  const state = shallowRef<ConnectionState>({ kind: 'connecting', since: Date.now() });
  const become = (next: ConnectionState): void => {
    state.value = next;
  };
  /** Nothing answers; since when is kept. */
  const becomeLost = (nextTryAt: number): void => {
    const since = state.value.kind === 'offline' ? state.value.since : Date.now();
    become({ kind: 'offline', since, nextTryAt, reason: 'lost' });
  };
  return { state, become, becomeLost };
});
