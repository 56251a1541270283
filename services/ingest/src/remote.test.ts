import { describe, expect, it } from 'vitest';
import { parseRemote, remoteUrl } from './remote.ts';

describe('parseRemote', () => {
  it.each([
    ['https://github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://github.com/acme/widgets', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://github.com/acme/widgets/', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://user:secret@github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://user:se@cret@github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://token@github.com:443/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['https://GitHub.com/Acme/Widgets.git', 'github.com/Acme/Widgets', 'Acme/Widgets'],
    ['https://www.github.com/acme/widgets?x=1#y', 'github.com/acme/widgets', 'acme/widgets'],
    ['http://github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['git://github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['ssh://git@github.com/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['ssh://git@ssh.github.com:443/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['git+ssh://git@github.com/acme/widgets', 'github.com/acme/widgets', 'acme/widgets'],
    ['git@github.com:acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['git@github.com:/acme/widgets.git', 'github.com/acme/widgets', 'acme/widgets'],
    ['github.com:acme/widgets', 'github.com/acme/widgets', 'acme/widgets'],
    [
      'git@gitlab.example.com:group/sub/widgets.git',
      'gitlab.example.com/group/sub/widgets',
      'gitlab.example.com/group/sub/widgets',
    ],
    ['ssh://git@git.example.com:7999/team/widgets.git', 'git.example.com/team/widgets', 'git.example.com/team/widgets'],
    [
      'https://dev.azure.com/org/my%20project/_git/widgets',
      'dev.azure.com/org/my project/_git/widgets',
      'dev.azure.com/org/my project/_git/widgets',
    ],
    ['ssh://[::1]:22/srv/widgets.git', '[::1]/srv/widgets', '[::1]/srv/widgets'],
    ['dev@host:~/widgets.git', 'host/widgets', 'host/widgets'],
    ['https://example.com/100%/widgets', 'example.com/100%/widgets', 'example.com/100%/widgets'],
  ])('reads %s', (url, remote, repo) => {
    expect(parseRemote(url)).toEqual({ remote, repo });
  });

  it.each([
    '/srv/git/widgets.git',
    '../widgets',
    'file:///srv/widgets.git',
    'C:\\repos\\widgets',
    'C:/repos/widgets',
    '',
    'https://',
    'https://github.com/',
    '::',
    'https://user:pw@',
    'https:./dev:topsecret@example.com/a/b.git',
    'https://h/dev%3atopsecret@example.com/a',
  ])('takes %s for no remote', (url) => {
    expect(parseRemote(url)).toBeUndefined();
  });

  it('lets no credentials through, whatever the form', () => {
    for (const url of [
      'https://u:topsecret@h/x/y',
      'ssh://u:topsecret@h:22/x/y',
      'https://topsecret@h/x/y',
      'u:topsecret@h/x/y',
    ]) {
      expect(JSON.stringify(parseRemote(url) ?? '')).not.toContain('topsecret');
    }
  });
});

describe('remoteUrl', () => {
  it('prefers origin', () => {
    const config =
      '[remote "fork"]\n\turl = https://h/fork/x\n[remote "origin"]\n\turl = https://h/main/x\n\tfetch = +refs\n';
    expect(remoteUrl(config)).toBe('https://h/main/x');
  });

  it('takes the first remote where there is no origin', () => {
    expect(
      remoteUrl('[core]\nbare = false\n[remote "up"]\nurl=https://h/up/x\n[remote "b"]\nurl = https://h/b/x'),
    ).toBe('https://h/up/x');
  });

  it('reads quotes and comments as git does', () => {
    expect(remoteUrl('[remote "origin"] # mine\r\n  url = "https://h/a b/x" ; note\r\n')).toBe('https://h/a b/x');
    expect(remoteUrl('[remote "origin"]\nurl = https://h/a/x ; note')).toBe('https://h/a/x');
  });

  it('finds none where there is none', () => {
    expect(remoteUrl('[branch "main"]\nremote = origin\n[url "https://h/"]\ninsteadOf = x\n')).toBeUndefined();
    expect(remoteUrl('')).toBeUndefined();
  });
});
