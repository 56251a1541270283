/** A remote as it is told: where it is hosted and what it is called there, no user, no password. */
export interface Remote {
  /** `github.com/acme/widgets` */
  remote: string;
  /** `acme/widgets` on github.com, else the same as `remote`. */
  repo: string;
}

const WITH_SCHEME =
  /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#]*@)?(\[[0-9a-f:.]+\]|[^/?#:@]+)(?::\d*)?(\/[^?#]*)?(?:[?#].*)?$/i;
/** `user@host:path`, and `host:path` where the host is no drive letter. */
const SCP_LIKE = /^(?:[^@\s/]+@)?(\[[0-9a-f:.]+\]|[^:/\s@]{2,}):(?!\/\/)(.+)$/i;

const USER = /:[^/]*@/;

/** Other names of one host. */
const HOSTS: Record<string, string> = { 'ssh.github.com': 'github.com', 'www.github.com': 'github.com' };

/** Reads the URL of a git remote. `undefined` for a folder on disk and for what is no remote. Credentials never come through. */
export const parseRemote = (url: string): Remote | undefined => {
  const text = url.trim();
  const scheme = WITH_SCHEME.exec(text);
  if (scheme) return scheme[1]?.toLowerCase() === 'file' ? undefined : named(scheme[2], scheme[3]);
  if (text.includes('://')) return undefined;
  const scp = SCP_LIKE.exec(text);
  return scp ? named(scp[1], scp[2]) : undefined;
};

const named = (host: string | undefined, path: string | undefined): Remote | undefined => {
  const parts = (path ?? '').split('/').filter((part) => part !== '' && part !== '.' && !part.startsWith('~'));
  const last = parts.pop()?.replace(/\.git$/i, '');
  if (!host || !last) return undefined;
  const lower = host.toLowerCase();
  const name = [...parts, last].map(decoded).join('/');
  // An address that is mistyped may have its user and password in the path.
  if (USER.test(name)) return undefined;
  const known = HOSTS[lower] ?? lower;
  const remote = `${known}/${name}`;
  return { remote, repo: known === 'github.com' ? name : remote };
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** The URL of `origin`, else of the first remote, in the text of a git config file. */
export const remoteUrl = (config: string): string | undefined => {
  const urls = new Map<string, string>();
  let remote: string | undefined;
  for (const raw of config.split(/\r?\n/)) {
    const line = raw.trim();
    const section = /^\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (section) {
      remote = section[1]?.toLowerCase() === 'remote' ? section[2] : undefined;
      continue;
    }
    const url = remote === undefined ? undefined : /^url\s*=\s*(.+)$/i.exec(line)?.[1];
    if (remote !== undefined && url && !urls.has(remote)) urls.set(remote, unquoted(url));
  }
  return urls.get('origin') ?? urls.values().next().value;
};

const unquoted = (value: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(value.trim());
  return (quoted?.[1]?.replace(/\\(.)/g, '$1') ?? value.replace(/\s+[#;].*$/, '')).trim();
};
