import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { card, openLog, project, startGateway } from '../test/harness.ts';

test('a gateway ends although people come back to it the moment that it lets them go', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 5; round++) {
    const log = await openLog();
    await project(log, [card('a')]);
    const gateway = await startGateway(log);
    const sockets = new Set<WebSocket>();
    let opened = 0;
    const come = (): void => {
      const socket = new WebSocket(gateway.feedUrl());
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isOver) setTimeout(come, Math.random() * 3);
      });
      // Half of them come and go all the time.
      socket.on('open', () => {
        opened += 1;
        if (opened % 2 === 0) setTimeout(() => socket.close(), Math.random() * 5);
      });
    };
    let isOver = false;
    for (let person = 0; person < 20; person++) come();
    await expect.poll(() => opened).toBeGreaterThan(20);
    await gateway.close();
    isOver = true;
    for (const socket of sockets) socket.terminate();
  }
});
