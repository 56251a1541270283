import type { Notices } from '../notices.ts';
import type { Pause } from './host.ts';

/** What the board says where it can't look pull requests up: a line for the host, and one for each repository that is not shown. */
export interface PullRequestNotices {
  pause(pause: Pause | null): void;
  withoutCredentials(): void;
  /** Says again what is about to be gone. To be called now and then. */
  renew(): void;
  /** The repositories that the host does not show by now; what was said of others is taken back. */
  unseen(names: ReadonlySet<string>): void;
}

const SUBJECT = 'pull requests';

export const createPullRequestNotices = (notices: Notices): PullRequestNotices => {
  let said: ReadonlySet<string> = new Set();
  const subjectOf = (name: string): string => `${SUBJECT} of ${name}`.slice(0, 200);

  return {
    pause: (pause) =>
      notices.say(SUBJECT, pause && { level: pause.why.endsWith('limit') ? 'info' : 'warning', says: wordsFor(pause) }),
    withoutCredentials: () =>
      notices.say(SUBJECT, {
        level: 'info',
        says: 'Pull requests and checks are not looked up: no token or app for GitHub is set (GITHUB_TOKEN).',
      }),
    renew: () => notices.renew(),
    unseen(names) {
      for (const name of said) if (!names.has(name)) notices.say(subjectOf(name), null);
      for (const name of names) {
        const says = `Pull requests of ${name} are not shown: GitHub does not let this board see the repository.`;
        notices.say(subjectOf(name), { level: 'info', says });
      }
      said = names;
    },
  };
};

const wordsFor = ({ why, until }: Pause): string => {
  const time = `${new Date(until).toISOString().slice(11, 16)} UTC`;
  switch (why) {
    case 'primary limit':
      return `Pull requests wait until ${time}: the requests that GitHub allows in an hour are used up.`;
    case 'secondary limit':
      return `Pull requests wait until ${time}: GitHub asked for fewer requests.`;
    case 'refused':
      return 'Pull requests are not looked up: GitHub refuses the token or app of this board.';
    case 'down':
      return 'Pull requests may be out of date: GitHub does not answer. It is asked again and again.';
  }
};
