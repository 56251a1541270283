import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, type WritableComputedRef } from 'vue';
import { z } from 'zod';
import { GROUPINGS } from '../board/grouping.ts';
import { EDITORS } from '../queue/ways.ts';
import { LANGUAGE_CODES } from '../words/languages.ts';

export const SCHEMES = ['system', 'light', 'dark', 'contrast'] as const;
export const DENSITIES = ['comfortable', 'dense'] as const;

const MOST_DISMISSED = 50;
const laneKeys = z.array(z.string().max(500)).max(500);

export const ABOUT = ['mine', 'repositories', 'all'] as const;
const attentionSchema = z
  .object({
    desktop: z.boolean(),
    sound: z.boolean(),
    about: z.enum(ABOUT),
    repositories: z.array(z.string()),
  })
  .catch({ desktop: false, sound: false, about: 'mine', repositories: [] });

/** One that can't be read is as if it had never been chosen, and leaves the others alone. */
const preferencesSchema = z.object({
  language: z.enum(['system', ...LANGUAGE_CODES]).catch('system'),
  scheme: z.enum(SCHEMES).catch('system'),
  density: z.enum(DENSITIES).catch('comfortable'),
  /** Keys that are a single character; without them the palette and the chords still do all that can be done. */
  singleKeys: z.boolean().catch(true),
  /** Ids of notices that were put away, the latest last. */
  dismissed: z.array(z.string().max(500)).max(MOST_DISMISSED).catch([]),
  /** Which editor a link to a session's folder is for. */
  editor: z.enum(EDITORS).catch('vscode'),
  /** Of each grouping the keys of its lanes: in the order that the person gave them, and those that are collapsed. */
  lanes: z.partialRecord(z.enum(GROUPINGS), z.object({ order: laneKeys, collapsed: laneKeys })).catch({}),
  /** Whether runs that programs started are shown although they need nobody. */
  helperRuns: z.boolean().catch(false),
  /** How, and of whose sessions, a person is told that somebody is needed. */
  attention: attentionSchema,
});
export type Preferences = z.infer<typeof preferencesSchema>;

const DEFAULTS = preferencesSchema.parse({});

/** What stands in the browser's storage. Anything but preferences counts as none. */
export const parsePreferences = (text: string): Preferences => {
  try {
    return preferencesSchema.catch(DEFAULTS).parse(JSON.parse(text));
  } catch {
    return DEFAULTS;
  }
};

/** How a person wants to see the page. Kept in this browser and the same in all of its tabs. */
export const usePreferencesStore = defineStore('preferences', () => {
  const kept = useLocalStorage<Preferences>('crewboard-preferences', DEFAULTS, {
    shallow: true,
    serializer: { read: parsePreferences, write: JSON.stringify },
  });
  const preference = <Name extends keyof Preferences>(name: Name): WritableComputedRef<Preferences[Name]> =>
    computed({
      get: () => kept.value[name],
      set: (value) => {
        kept.value = { ...kept.value, [name]: value };
      },
    });
  const dismissed = preference('dismissed');
  const dismiss = (id: string): void => {
    dismissed.value = [...dismissed.value.filter((other) => other !== id), id].slice(-MOST_DISMISSED);
  };
  return {
    language: preference('language'),
    scheme: preference('scheme'),
    density: preference('density'),
    singleKeys: preference('singleKeys'),
    lanes: preference('lanes'),
    helperRuns: preference('helperRuns'),
    dismissed,
    dismiss,
    editor: preference('editor'),
    attention: preference('attention'),
  };
});
