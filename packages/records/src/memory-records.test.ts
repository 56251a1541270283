import { recordsContract } from '../test/contract.ts';
import { type MemoryStore, openMemoryRecords } from './memory-records.ts';

const places = new Map<string, MemoryStore>();
const storeOf = (place: string): MemoryStore => {
  const store = places.get(place) ?? new Map();
  places.set(place, store);
  return store;
};

recordsContract('memory', {
  open: async (place, now) => openMemoryRecords(storeOf(place), now),
  damage: async (place, kind, id, text) => {
    storeOf(place).set(kind, (storeOf(place).get(kind) ?? new Map()).set(id, text));
  },
  count: async (place, kind) => storeOf(place).get(kind)?.size ?? 0,
});
