/** A repository on the host, as its API names it. */
export interface Repository {
  owner: string;
  name: string;
}

const PART = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

/** Reads `acme/widgets`; `undefined` for what is no repository's name. */
export const repositoryNamed = (text: string): Repository | undefined => {
  const [owner, name, ...more] = text.split('/');
  if (more.length > 0 || !owner || !name || !PART.test(owner) || !PART.test(name)) return undefined;
  return { owner, name };
};

/**
 * The repository of a remote as events tell it (`github.com/acme/widgets`), where it is on this host; `undefined` for another host's, and for
 * what is no repository.
 */
export const repositoryOf = (remote: string | null, host: string): Repository | undefined =>
  remote?.startsWith(`${host}/`) ? repositoryNamed(remote.slice(host.length + 1)) : undefined;

/** The same of the address of a pull request. */
export const repositoryOfPull = (url: string, host: string): Repository | undefined =>
  repositoryOf(/^https:\/\/([^/]+\/[^/]+\/[^/]+)\/pull\/\d+/.exec(url)?.[1] ?? null, host);

export const fullName = ({ owner, name }: Repository): string => `${owner}/${name}`;

/** Hosts know no upper case in the names of repositories: two names with the same key are one repository. */
export const keyOf = (repository: Repository): string => fullName(repository).toLowerCase();

/** The host that people see, of an API's address: `api.github.com` is github.com, and an Enterprise's API lies under its own host. A remote tells no port. */
export const hostOfApi = (apiUrl: string): string => new URL(apiUrl).hostname.replace(/^api\./, '');
