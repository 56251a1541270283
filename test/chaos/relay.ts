import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** One wire of the network, which can be cut or made slow. */
export interface Relay {
  readonly port: number;
  cut(): void;
  /** Each piece of what comes waits so long, and no more than so many bytes go a second, each way. */
  slow(delayMs: number, bytesPerSecond: number): void;
  mend(): void;
  close(): void;
}

/** Relays to a port of loopback. */
export const openRelay = async (target: number): Promise<Relay> => {
  let isCut = false;
  let slowness: { delayMs: number; bytesPerSecond: number } | undefined;
  const sockets = new Set<Socket>();

  /** In order: a piece goes when the one before it has gone. */
  const wire = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (!slowness) return done(null, chunk);
        const waitMs = slowness.delayMs + (chunk.length / slowness.bytesPerSecond) * 1_000;
        setTimeout(() => done(null, chunk), waitMs);
      },
    });

  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(target, '127.0.0.1');
    for (const end of [near, far]) {
      sockets.add(end);
      end
        .setNoDelay(true)
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(end);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(wire()).pipe(far);
    far.pipe(wire()).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    slow: (delayMs, bytesPerSecond) => {
      slowness = { delayMs, bytesPerSecond };
    },
    mend: () => {
      isCut = false;
      slowness = undefined;
    },
    close: () => {
      cut();
      server.close();
    },
  };
};
