import { Redis } from 'ioredis';

/** All that a Redis holds, as text. */
export const dumpOf = async (url: string): Promise<string> => {
  const redis = new Redis(url);
  try {
    const texts: string[] = [];
    for (const key of await redis.keys('*')) {
      const kind = await redis.type(key);
      if (kind === 'stream') texts.push(JSON.stringify(await redis.xrange(key, '-', '+')));
      else if (kind === 'hash') texts.push(JSON.stringify(await redis.hgetall(key)));
      else if (kind === 'string') texts.push((await redis.get(key)) ?? '');
      else throw new Error(`${key} is a ${kind}, and nobody looked into it`);
      texts.push(key);
    }
    return texts.join('\n');
  } finally {
    redis.disconnect();
  }
};
