import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';

/** What stays open for a moment after the pointer left, in ms: the way to the panel leads over a gap. */
const GRACE_MS = 140;

export interface HoverPanelOptions {
  /** Where pointer and focus are followed. */
  host: () => HTMLElement | null;
  /** The element that a panel would be beside for what is pointed at or has the focus; null for none. */
  targetOf: (element: Element) => HTMLElement | null;
  panel: () => HTMLElement | null;
  /** The pointer or the focus rests for so long before it opens, in ms. */
  afterMs: number;
}

export interface HoverPanel {
  /** What the panel stands beside; null while it is closed. */
  anchor: Readonly<Ref<HTMLElement | null>>;
  /** Opens it at once, for a tap or a key. */
  open(target: HTMLElement): void;
  close(): void;
}

/** The one that is open: two would tell of two things at once. */
let closeOther: (() => void) | null = null;

/**
 * A panel that shows beside what a mouse or the keyboard's focus rests on. It stays while either is on that or on the panel itself,
 * and goes with Escape or a press elsewhere; not to come again before both were elsewhere. A finger opens nothing by itself.
 */
export const useHoverPanel = ({ host, targetOf, panel, afterMs }: HoverPanelOptions): HoverPanel => {
  const anchor = shallowRef<HTMLElement | null>(null);
  /** What pointer or focus is on. */
  let wanted: HTMLElement | null = null;
  /** What it was put away from, while that is still wanted. */
  let dismissed: HTMLElement | null = null;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let closing: ReturnType<typeof setTimeout> | undefined;

  const close = (): void => {
    clearTimeout(opening);
    clearTimeout(closing);
    anchor.value = null;
    if (closeOther === close) closeOther = null;
  };
  const open = (target: HTMLElement): void => {
    if (closeOther !== close) closeOther?.();
    close();
    closeOther = close;
    wanted = target;
    anchor.value = target;
  };
  const dismiss = (): void => {
    dismissed = anchor.value ?? wanted;
    close();
  };
  const want = (target: HTMLElement | null): void => {
    if (target !== dismissed) dismissed = null;
    if (target === wanted) return;
    wanted = target;
    clearTimeout(opening);
    if (target !== null && target === anchor.value) clearTimeout(closing);
    else if (anchor.value) closing = setTimeout(close, GRACE_MS);
    if (target === null || target === anchor.value || target === dismissed) return;
    opening = setTimeout(() => {
      if (target.isConnected && !isBusy()) open(target);
    }, afterMs);
  };

  const isInPanel = (element: EventTarget | null): boolean => element instanceof Node && !!panel()?.contains(element);
  const at = (element: EventTarget | null): HTMLElement | null => {
    if (isInPanel(element)) return anchor.value;
    return element instanceof Element && host()?.contains(element) ? targetOf(element) : null;
  };
  /** Where the focus is it stays, wherever the pointer goes. */
  const focused = (): HTMLElement | null => {
    const { activeElement } = document;
    return activeElement?.matches(':focus-visible') ? at(activeElement) : null;
  };
  const onPointerAt = (pointed: EventTarget | null, { pointerType }: PointerEvent): void => {
    if (pointerType !== 'touch') want(at(pointed) ?? focused());
  };
  const onPress = ({ target }: PointerEvent): void => {
    if (!isInPanel(target)) dismiss();
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // It closes this and nothing behind it.
    event.preventDefault();
    event.stopPropagation();
    if (isInPanel(document.activeElement)) anchor.value?.focus();
    dismiss();
  };

  /** A board has many of these: one watcher for all that is listened to at a place. */
  const whileThere = <Place extends EventTarget>(
    place: () => Place | null,
    listen: (place: Place, signal: AbortSignal) => void,
  ): void => {
    watch(
      place,
      (there, _before, onCleanup) => {
        if (!there) return;
        const listening = new AbortController();
        listen(there, listening.signal);
        onCleanup(() => listening.abort());
      },
      { flush: 'post', immediate: true },
    );
  };
  const follow = (element: HTMLElement, signal: AbortSignal): void => {
    element.addEventListener('pointerover', (event) => onPointerAt(event.target, event), { signal });
    element.addEventListener('pointerleave', (event) => onPointerAt(event.relatedTarget, event), { signal });
    element.addEventListener('focusin', () => want(focused()), { signal });
    element.addEventListener('focusout', ({ relatedTarget }) => want(at(relatedTarget)), { signal });
  };
  whileThere(host, (element, signal) => {
    follow(element, signal);
    element.addEventListener('pointerdown', onPress, { signal });
  });
  whileThere(panel, follow);
  whileThere(
    () => (anchor.value ? document : null),
    (page, signal) => {
      page.addEventListener('pointerdown', onPress, { signal, capture: true });
      page.addEventListener('keydown', onKey, { signal, capture: true });
    },
  );
  onScopeDispose(close);
  return { anchor, open, close };
};

/** Something that was opened on purpose is not talked over. */
const isBusy = (): boolean => document.querySelector('[popover="auto"]:popover-open, dialog[open]') !== null;
