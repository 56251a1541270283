import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One developer's machine with a way of its own to the board, which a test can cut. */
export interface MachineNetwork {
  /** Where the board is, seen from that machine. */
  boardUrl: string;
  /** A command as it runs on that machine. */
  on(command: string, args: readonly string[]): [command: string, args: string[]];
  cut(): void;
  mend(): void;
}

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: 'pipe' });
};

/** Whether this process may make network namespaces: as root on Linux with iproute2, and where the sandbox lets it. */
const canMakeNamespaces = (): boolean => {
  const name = `crewboard-try-${process.pid}`;
  if (process.platform !== 'linux' || spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' }).status !== 0) {
    return false;
  }
  return spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' }).status === 0;
};

/** A namespace of its own, with one wire to this one. */
const openNamespace = (boardPort: number, network: number, number: number): MachineNetwork => {
  const name = `crewboard-${process.pid}-${number}`;
  const here = `cb${process.pid % 100_000}h${number}`;
  const there = `cb${process.pid % 100_000}m${number}`;
  const board = `10.${network}.${number}.1`;
  ip('netns', 'add', name);
  // With the namespace its end of the wire goes, and with that the other end.
  onTestFinished(() => ip('netns', 'del', name));
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  ip('addr', 'add', `${board}/30`, 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', name, 'addr', 'add', `10.${network}.${number}.2/30`, 'dev', there);
  ip('-n', name, 'link', 'set', there, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    boardUrl: `http://${board}:${boardPort}`,
    on: (command, args) => ['ip', ['netns', 'exec', name, command, ...args]],
    cut: () => ip('link', 'set', here, 'down'),
    mend: () => ip('link', 'set', here, 'up'),
  };
};

/** The same without rights: a relay on loopback that the machine's agent is told to be the board. */
const openRelay = async (boardPort: number): Promise<MachineNetwork> => {
  let isCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const board = connect(boardPort, '127.0.0.1');
    for (const end of [socket, board]) {
      sockets.add(end);
      end
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(end);
          socket.destroy();
          board.destroy();
        });
    }
    socket.pipe(board).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    boardUrl: `http://127.0.0.1:${port}`,
    on: (command, args) => [command, [...args]],
    cut,
    mend: () => {
      isCut = false;
    },
  };
};

/**
 * So many machines around a board that listens on all addresses of this one: each in a network namespace where this process may make some, else
 * behind a relay. They are gone with the end of the test.
 */
export const openMachineNetworks = async (boardPort: number, count: number): Promise<MachineNetwork[]> => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  if (!canMakeNamespaces()) {
    console.log('No network namespaces here: each machine is behind a relay of its own.');
    return Promise.all(numbers.map(() => openRelay(boardPort)));
  }
  const network = randomInt(130, 250);
  return numbers.map((number) => openNamespace(boardPort, network, number));
};
