export const settings = {
  title: 'Settings',
  scheme: {
    title: 'Colours',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
    contrast: 'High contrast',
  },
  density: {
    title: 'Density',
    comfortable: 'Comfortable',
    dense: 'Dense',
  },
  language: {
    title: 'Language',
    system: 'System',
  },
  editor: {
    title: 'Editor that links open',
    none: 'None',
  },
  singleKeys: 'Keys that are a single character',
  singleKeysWhy:
    'Switch them off if speech input or a slip of the hand calls them. The others, and all commands, stay.',
} as const;
