import type { ObjectDirective } from 'vue';

const CONTROLS = 'button, a[href], summary, input, select';

const park = (element: HTMLElement, isStop: boolean): void => {
  for (const control of element.querySelectorAll<HTMLElement>(CONTROLS)) {
    if (isStop) control.removeAttribute('tabindex');
    else if (control.getAttribute('tabindex') !== '-1') control.tabIndex = -1;
  }
};

/**
 * `v-tab-stops="isStop"`: whether Tab stops at what stands in an element. Of a thousand cards, each with its buttons, only
 * one of a column is a stop; arrows and j, k lead to the others.
 */
export const vTabStops: ObjectDirective<HTMLElement, boolean> = {
  mounted: (element, { value }) => park(element, value),
  updated: (element, { value }) => park(element, value),
};
