import { useLocalStorage } from '@vueuse/core';
import { type ComputedRef, computed, watchEffect } from 'vue';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The person's choice of colours, kept in this browser. Anything else that stands there counts as `system`. */
export const useTheme = (): { theme: ComputedRef<Theme>; next: () => void } => {
  const stored = useLocalStorage<string>('crewboard-theme', 'system');
  const theme = computed(() => THEMES.find((name) => name === stored.value) ?? 'system');
  watchEffect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
  const next = () => {
    stored.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  };
  return { theme, next };
};
