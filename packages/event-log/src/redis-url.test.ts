import { describe, expect, it } from 'vitest';
import { parseRedisUrl, placeOf, RedisUrlError, redisUrlSchema, withPassword } from './redis-url.ts';

describe('the URL of a Redis', () => {
  it('names one server, as ever', () => {
    for (const url of [
      'redis://localhost',
      'rediss://ada:pw@redis.example:6380/2',
      'redis://:p%40ss@[::1]:6379?family=6',
    ]) {
      expect(parseRedisUrl(url)).toEqual({ kind: 'single', url });
    }
  });

  it('names a socket', () => {
    expect(parseRedisUrl('unix:///run/redis%20a.sock?db=3')).toEqual({
      kind: 'socket',
      path: '/run/redis a.sock',
      db: 3,
      tls: false,
    });
  });

  it('names some nodes of a cluster', () => {
    expect(parseRedisUrl('redis+cluster://ada:p%40:w@one:7001,10.0.0.2,[fd00::3]:7003')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'one', port: 7001 },
        { host: '10.0.0.2', port: 6379 },
        { host: 'fd00::3', port: 7003 },
      ],
      username: 'ada',
      password: 'p@:w',
      tls: false,
    });
    expect(parseRedisUrl('rediss+cluster://config.example/')).toMatchObject({ kind: 'cluster', tls: true });
  });

  it('names Sentinels and the master that they watch', () => {
    expect(parseRedisUrl('redis+sentinel://:pw@one,two:26380/board?db=2')).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      master: 'board',
      db: 2,
      password: 'pw',
      tls: false,
    });
    expect(parseRedisUrl('rediss+sentinel://one/board?sentinelUsername=s&sentinelPassword=t%26')).toMatchObject({
      sentinelUsername: 's',
      sentinelPassword: 't&',
      tls: true,
      db: 0,
    });
  });

  it.each([
    ['http://ada:hush@one', /it has the form/],
    ['ada:hush@one:6379', /it has the form/],
    ['redis://ada:hush@one:port', /each host/],
    ['redis://ada:hush@one:6379/zero', /the database is a number/],
    ['redis+cluster://ada:hush@', /each host/],
    ['redis+cluster://ada:hush@one,,two', /each host/],
    ['redis+cluster://ada:hush@one:70000', /each host/],
    ['redis+cluster://ada:hush@one/1', /one database/],
    ['redis+cluster://ada:hush@one?db=1', /nothing may stand behind/],
    ['redis+cluster://ada:%hush@one', /%25/],
    ['redis+sentinel://ada:hush@one', /the master's name/],
    ['redis+sentinel://ada:hush@one/', /the master's name/],
    ['redis+sentinel://ada:hush@one/board?database=1', /only db, sentinelUsername, sentinelPassword/],
    ['redis+sentinel://ada:hush@one/board?db=hush', /the database is a number/],
    ['unix://ada:hush@one/path', /it has the form/],
  ])('is refused with what is wrong, and without its password: %s', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(RedisUrlError);
    expect(() => parseRedisUrl(url)).toThrow(message);
    const { error } = redisUrlSchema.safeParse(url);
    expect(error?.issues[0]?.message).toMatch(message);
    expect(JSON.stringify(error)).not.toContain('hush');
  });

  it('is told without who signs in', () => {
    expect(placeOf('redis+sentinel://ada:hush@one,two/board?sentinelPassword=hush')).toBe('one,two/board');
    expect(placeOf('redis://one:6379')).toBe('one:6379');
    expect(placeOf('unix:///run/redis.sock')).toBe('/run/redis.sock');
  });

  it('takes a password that stands apart', () => {
    expect(withPassword('redis://gateway@one:6379/1', 'p@/?:%')).toBe('redis://gateway:p%40%2F%3F%3A%25@one:6379/1');
    expect(withPassword('redis+cluster://one,two', 'pw')).toBe('redis+cluster://:pw@one,two');
    expect(withPassword('redis+sentinel://a:old@one/m?sentinelPassword=a@b', 'new')).toBe(
      'redis+sentinel://a:new@one/m?sentinelPassword=a@b',
    );
    expect(withPassword('redis://a:own@one', undefined)).toBe('redis://a:own@one');
    expect(parseRedisUrl(withPassword('redis+cluster://a@one', 'p@/?:%'))).toMatchObject({ password: 'p@/?:%' });
  });
});
