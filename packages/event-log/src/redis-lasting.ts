import { type Client, retryMs } from './redis-client.ts';

/** A client that is there for as long as it is wanted: where one ends, another is opened in its place. */
export interface LastingClient {
  /** The one to use now. Where its `status` is `end` the next one is not due yet. */
  current(): Client;
  close(): void;
}

/** Opens again as often as it takes, with growing pauses. What was sent with a client that ended has failed, and is not sent again. */
export const createLastingClient = (open: () => Client): LastingClient => {
  let timer: NodeJS.Timeout | undefined;
  let attempts = 0;
  let isClosed = false;

  const begin = (): Client => {
    const client = open();
    client.on('ready', () => {
      attempts = 0;
    });
    client.once('end', () => {
      if (isClosed) return;
      attempts += 1;
      timer = setTimeout(() => {
        current = begin();
      }, retryMs(attempts));
    });
    return client;
  };
  let current = begin();

  return {
    current: () => current,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      current.disconnect();
    },
  };
};
