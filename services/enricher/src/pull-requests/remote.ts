/** A repository on the host, as its API names it. */
export interface Repository {
  owner: string;
  name: string;
}

const PART = /^[\w.-]{1,100}$/;

/**
 * The repository of a remote as events tell it (`github.com/acme/widgets`), where it is on this host; `undefined` for another host's, and for
 * what is no repository.
 */
export const repositoryOf = (remote: string | null, host: string): Repository | undefined => {
  const [where, owner, name, ...more] = (remote ?? '').split('/');
  if (where !== host || more.length > 0 || !owner || !name || !PART.test(owner) || !PART.test(name)) return undefined;
  return { owner, name };
};

export const fullName = ({ owner, name }: Repository): string => `${owner}/${name}`;

/** The host that people see, of an API's address: `api.github.com` is github.com, and an Enterprise's API lies under its own host. */
export const hostOfApi = (apiUrl: string): string => {
  const { host } = new URL(apiUrl);
  return host === 'api.github.com' ? 'github.com' : host.replace(/^api\./, '');
};
