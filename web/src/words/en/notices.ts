/** What the page says of the board and of its person's machines, a line each. */
export const notices = {
  several: '{n} notice | {n} notices',
  dismiss: 'Dismiss',
  onMachine: '{machine}: {says}',
  more: '{says} {n} more. | {says} {n} more.',
  hooks: 'Questions and permissions show at once, with what is asked, when {machine} has hooks.',
  /** By the code that an agent reports. */
  finding: {
    claude_folder_missing:
      'Claude Code has left nothing there yet. If it keeps its files elsewhere, set CLAUDE_CONFIG_DIR for the agent too.',
    claude_folder_unreadable: 'The agent may not read Claude Code’s folder. Run it as the same user, without sudo.',
    client_old: 'A Claude Code there is too old to say what it waits for, so that some cards are guesses. Update it.',
    presence_unreadable: 'A file of a running client can’t be read. The next start of Claude Code clears it.',
    hooks_unreadable:
      'The settings of Claude Code are no valid JSON, so that hooks do not run. Comments are not allowed in them.',
    hooks_disabled: 'Hooks are installed, but turned off in the settings.',
    hooks_partly: 'Only some of the hooks are installed. Install them again.',
    hooks_silent:
      'Hooks say nothing though a session is at work. Sessions take them up at their next turn, in trusted folders.',
    spool_open: 'Other accounts of the machine can read what hooks leave. Make the folder private.',
    token_open:
      'Other accounts of the machine can read its token. Make the file private, and join again if somebody may have.',
    backlog:
      'Much of what sessions wrote was not read yet. If that does not fall, the board does not take what is sent.',
    queue: 'Many events wait to be sent. See whether the board can be reached from there.',
    lines_unreadable: 'Some lines could not be read and were set aside. The rest went on without them.',
    clock_off: 'Its clock is more than 5 s off. Times are corrected; let the system set its time all the same.',
    unknown: 'Its agent found something that this page has no words for.',
  },
} as const;
