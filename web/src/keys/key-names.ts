const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = {
  $mod: IS_MAC ? '⌘' : 'Ctrl',
  Shift: IS_MAC ? '⇧' : 'Shift',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

/** What stands on the keys: of each press, one after the other, those that are held together. `[Shift]` is left out. */
export const keyNames = (keys: string): string[][] =>
  keys.split(' ').map((press) =>
    press
      .replace('[Shift]+', '')
      .split(/(?<=.)\+/)
      .map((key) => NAMES[key] ?? (/^[a-z]$/.test(key) ? key.toUpperCase() : key)),
  );
