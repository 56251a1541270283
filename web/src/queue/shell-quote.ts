/** The shells that a command is pasted into: those of Unix, or PowerShell. */
export type Shell = 'posix' | 'powershell';

/**
 * A terminal takes these for keys that somebody presses, whatever quotes stand around them: what holds one is no text to paste.
 * Nor is what a person would read otherwise than the shell does.
 */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const mayBePasted = (text: string): boolean => !UNFIT.test(text);

const PLAIN = /^[\w@%+=:,./-]+$/;

/** One argument, for the shell to take to the letter. PowerShell takes typographic quotes for quotes, too. */
export const quoted = (text: string, shell: Shell = 'posix'): string => {
  if (shell === 'powershell') return `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};

/** A folder, whose `~` at the beginning stays the home of whoever pastes it. */
export const quotedFolder = (folder: string, shell: Shell = 'posix'): string => {
  const [, home = '', rest = folder] = /^(~[/\\]|~$)([\s\S]*)$/.exec(folder) ?? [];
  if (shell === 'powershell') return home ? `(Join-Path $HOME ${quoted(rest, shell)})` : quoted(rest, shell);
  return `${home}${rest === '' ? '' : quoted(rest)}`;
};
