import { onMounted, type ShallowRef } from 'vue';

/** A dialog over the page for as long as its component is there. It is left by `close`, by Escape, or by a press beside it. */
export const useModal = (dialog: Readonly<ShallowRef<HTMLDialogElement | null>>) => {
  const close = (): void => dialog.value?.close();
  // What lies beside it counts as the dialog itself; what is in it, as its own.
  const onPointer = ({ target }: PointerEvent): void => {
    if (target === dialog.value) close();
  };
  onMounted(() => dialog.value?.showModal());
  return { close, onPointer };
};
