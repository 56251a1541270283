import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './port.ts';
import { PASSWORD, type RedisProcess, SETTINGS, SHARED_DISK, startRedisProcess } from './redis-process.ts';
import { untilReplicated } from './redis-replicated.ts';

/** A Redis Cluster of the test's own: three masters of a third of the slots each, and a replica of the first. */
export interface RunningCluster {
  url: string;
  masters: readonly [RedisProcess, RedisProcess, RedisProcess];
  /** Where its master is killed it becomes the master, after a few seconds. */
  replicaOfFirst: RedisProcess;
  /** Resolves when the replica has all that the first master acknowledged. */
  replicated(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** A hash tag of the first master's slots. */
const TAG_OF_FIRST = '3';

/** A node that is silent for so long counts as failed. */
const NODE_TIMEOUT_MS = 1000;

const DEADLINE_MS = 30_000;

interface Node extends RedisProcess {
  busPort: number;
}

const startNode = async (): Promise<Node> => {
  const busPort = await freePort();
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-announce-ip', '127.0.0.1'];
  const patience = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--repl-diskless-sync-delay', '0'];
  return {
    ...(await startRedisProcess({
      args: [...SETTINGS, ...SHARED_DISK, '--masterauth', PASSWORD, ...cluster, ...patience],
    })),
    busPort,
  };
};

const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not in ${DEADLINE_MS / 1000} s`);
    await sleep(50);
  }
};

const join = async (nodes: readonly Node[]): Promise<void> => {
  const clients = nodes.map(({ port }) => new Redis({ port, password: PASSWORD }));
  try {
    const [first, , , replica] = clients;
    for (const [at, client] of clients.entries()) {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
      const slots = SLOTS[at];
      if (slots) await client.call('CLUSTER', 'ADDSLOTSRANGE', ...slots);
    }
    for (const { port, busPort } of nodes.slice(1)) await first?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
    const firstId = String(await first?.call('CLUSTER', 'MYID'));
    await until('all nodes know each other', async () => {
      const known = await Promise.all(clients.map((client) => client.call('CLUSTER', 'NODES')));
      return known.every(
        (text) => String(text).split('connected').length > nodes.length && !/handshake/.test(String(text)),
      );
    });
    await replica?.call('CLUSTER', 'REPLICATE', firstId);
    await until('the cluster is whole', async () => {
      const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
      const replication = String(await replica?.info('replication'));
      return states.every((text) => /cluster_state:ok/.test(String(text))) && /master_link_status:up/.test(replication);
    });
  } finally {
    for (const client of clients) client.disconnect();
  }
};

export const startRedisCluster = async (): Promise<RunningCluster> => {
  const started = await Promise.allSettled(Array.from({ length: 4 }, startNode));
  const nodes = started.flatMap((node) => (node.status === 'fulfilled' ? node.value : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const [first, second, third, replica] = nodes;
  try {
    if (!first || !second || !third || !replica) throw new Error('the nodes of the cluster did not start');
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+cluster://:${PASSWORD}@127.0.0.1:${first.port},127.0.0.1:${second.port}`,
    masters: [first, second, third],
    replicaOfFirst: replica,
    replicated: () => untilReplicated(first.port, `replicated:{${TAG_OF_FIRST}}`),
    stop,
  };
};
