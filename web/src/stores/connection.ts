import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ConnectionState } from '../feed/connect.ts';

export const useConnectionStore = defineStore('connection', () => {
  const state = shallowRef<ConnectionState>({ kind: 'connecting', since: Date.now() });
  const become = (next: ConnectionState): void => {
    state.value = next;
  };
  return { state, become };
});
