export const common = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copyIt: 'Copy {text}',
  copied: 'Copied',
  done: 'Done: ',
  keep: 'Keep',
  tryAgain: 'Try again',
  unreachable: 'The board can’t be reached. Try again in a moment.',
  /** A span in its biggest whole unit. */
  age: {
    seconds: '{n}s',
    minutes: '{n}m',
    hours: '{n}h',
    days: '{n}d',
  },
  ago: '{age} ago',
  more: '{n} more',
} as const;
