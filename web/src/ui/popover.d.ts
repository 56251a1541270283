// The platform's popovers, which Vue's types do not know yet.
import 'vue';

declare module 'vue' {
  interface HTMLAttributes {
    popover?: boolean | '' | 'auto' | 'manual';
  }
  interface ButtonHTMLAttributes {
    popovertarget?: string;
  }
}
