/** Where keys are text, or choose among what is there: nothing but a chord with Ctrl or ⌘ is meant for the page. */
const TYPING = 'input, textarea, select, [contenteditable], [role="combobox"], [role="listbox"], [role="menu"]';
/** What Enter and the space bar press. */
const PRESSED = 'button, a[href], summary';
/** What stands over the page and keeps the keyboard to itself. */
const OVER_PAGE = 'dialog:modal, [popover]';
/** What was closed may have the focus until the next frame, where nothing had it before: the keys are the page's again. */
const CLOSED = 'dialog:not([open])';

const isChord = ({ ctrlKey, metaKey }: KeyboardEvent): boolean => ctrlKey || metaKey;

/** False for a key that somebody else answers: a field, a dialog, an input method that still composes. */
export const isForPage = (event: KeyboardEvent): boolean => {
  if (event.defaultPrevented || event.isComposing || event.key === 'Process') return false;
  if (event.key === 'Escape' && document.querySelector(':popover-open')) return false;
  const { target } = event;
  if (!(target instanceof Element) || target.closest(CLOSED)) return true;
  if ((event.key === 'Enter' || event.key === ' ') && target.closest(PRESSED)) return false;
  return target.closest(OVER_PAGE) === null && (isChord(event) || target.closest(TYPING) === null);
};

/** Letters of other scripts stand on keys that have a Latin letter too: `о` for J on a Russian keyboard. */
const latinKey = ({ key, code }: KeyboardEvent): string =>
  /^\p{L}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key) && /^Key[A-Z]$/.test(code)
    ? code.slice(-1).toLowerCase()
    : key;

/** The key press as a keyboard of Latin letters would have made it, to be matched; it stops nothing that the true one does. */
export const asLatin = (event: KeyboardEvent): KeyboardEvent => {
  const { ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
  const modifierAltGraph = event.getModifierState('AltGraph');
  // On-screen keyboards do not say which key it was.
  const code = event.code || 'Unidentified';
  const told = { key: latinKey(event), code, ctrlKey, metaKey, altKey, shiftKey, repeat, modifierAltGraph };
  return new KeyboardEvent(event.type, { ...told, cancelable: true });
};

/** True for keys that a voice or a slip can press: single characters without Ctrl, Alt or ⌘ (WCAG 2.1.4). */
export const isOfCharacters = (keys: string): boolean =>
  keys.split(' ').every((press) => /^(\[Shift\]\+)?.$/u.test(press));
