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
} as const;
