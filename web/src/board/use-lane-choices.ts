import { computed } from 'vue';
import { usePreferencesStore } from '../stores/preferences.ts';
import type { Grouping, Lane } from './grouping.ts';
import { inChosenOrder, movedTo } from './lane-order.ts';

const AS_THEY_COME = { order: [], collapsed: [] };

/** How a person wants the lanes of each grouping: in which order, and which of them collapsed. */
export const useLaneChoices = (grouping: () => Grouping) => {
  const preferences = usePreferencesStore();
  const chosen = computed(() => preferences.lanes[grouping()] ?? AS_THEY_COME);
  const collapsed = computed(() => new Set(chosen.value.collapsed));
  const change = (next: Partial<typeof chosen.value>): void => {
    preferences.lanes = { ...preferences.lanes, [grouping()]: { ...chosen.value, ...next } };
  };
  return {
    inOrder: (lanes: readonly Lane[]): Lane[] => inChosenOrder(lanes, chosen.value.order),
    isCollapsed: ({ by, key }: Pick<Lane, 'by' | 'key'>): boolean => by !== 'none' && collapsed.value.has(key),
    toggle(key: string): void {
      const others = chosen.value.collapsed.filter((other) => other !== key);
      change({ collapsed: collapsed.value.has(key) ? others : [...others, key] });
    },
    expand(key: string): void {
      if (collapsed.value.has(key)) change({ collapsed: chosen.value.collapsed.filter((other) => other !== key) });
    },
    /** None of the lanes that are not here now is forgotten. */
    collapseAll: (keys: readonly string[]): void =>
      change({ collapsed: [...new Set([...chosen.value.collapsed, ...keys])] }),
    expandAll: (): void => change({ collapsed: [] }),
    /** `keys`: of all lanes as they stand now. */
    move: (keys: readonly string[], key: string, place: number): void => change({ order: movedTo(keys, key, place) }),
  };
};
