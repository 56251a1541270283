import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port, or 0 (any that is free) where another program has it. */
export const unlessTaken = async (host: string, port: number): Promise<number> => {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return port;
  } catch {
    return 0;
  } finally {
    probe.close();
  }
};
