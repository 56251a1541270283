import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openLog, openRecords, startGateway } from '../../test/harness.ts';
import { signInOptions } from '../../test/sign-in.ts';

const SECRET = 'what GitHub and the board know';

const signed = (body: string, secret = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const board = async (options: { webhookSecret?: string } = { webhookSecret: SECRET }) => {
  const records = await openRecords();
  const { url } = await startGateway(await openLog(), { records, ...options, signIn: signInOptions() });
  const send = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/api/webhooks/github`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'check_run',
        'x-github-delivery': 'one',
        'x-hub-signature-256': signed(body),
        ...headers,
      },
    });
  const touched = async (): Promise<string[]> => (await records.list('touch')).map(({ id }) => id);
  return { send, touched, records };
};

const checkRun = (name = 'Acme/Widgets', more: object = {}): string =>
  JSON.stringify({ action: 'completed', repository: { full_name: name, private: true }, ...more });

describe('a webhook', () => {
  test('has its repository looked at, and needs no sign-in', async () => {
    const { send, touched } = await board();
    expect((await send(checkRun())).status).toBe(202);
    expect(await touched()).toEqual(['acme/widgets']);
  });

  test('is believed only with a signature over its very bytes', async () => {
    const { send, touched } = await board();
    const body = checkRun();
    for (const signature of [
      '',
      'sha256=',
      signed(body, 'guessed'),
      signed(`${body} `),
      `sha1=${signed(body).slice(7)}`,
    ]) {
      const refused = await send(body, { 'x-hub-signature-256': signature });
      expect([signature, refused.status]).toEqual([signature, 401]);
    }
    expect(await touched()).toEqual([]);
  });

  test('counts once, whoever sends it again and under what name', async () => {
    const { send, records } = await board();
    const body = checkRun();
    expect((await send(body)).status).toBe(202);
    const first = await records.get('touch', 'acme/widgets');
    await records.update('touch', 'acme/widgets', () => ({ value: { at: 1 } }));
    expect((await send(body)).status).toBe(202);
    expect((await send(body, { 'x-github-delivery': 'another' })).status).toBe(202);
    expect(await records.get('touch', 'acme/widgets')).toEqual({ at: 1 });
    expect((await send(checkRun('acme/widgets', { check_run: { id: 2 } }))).status).toBe(202);
    expect(await records.get('touch', 'acme/widgets')).not.toEqual({ at: 1 });
    expect(first).toBeDefined();
  });

  test('that means nothing to a board is taken, and does nothing', async () => {
    const { send, touched } = await board();
    expect((await send(checkRun(), { 'x-github-event': 'star' })).status).toBe(202);
    expect((await send('{"zen":"Keep it logically awesome."}', { 'x-github-event': 'ping' })).status).toBe(202);
    expect((await send(checkRun('../../etc'))).status).toBe(202);
    expect((await send('no JSON')).status).toBe(202);
    expect(await touched()).toEqual([]);
  });

  test('is refused where it is too large, or of another kind', async () => {
    const { send } = await board();
    expect((await send('x'.repeat(5 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await send('payload=x', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
  });

  test('finds no such address where no secret is set', async () => {
    const { send } = await board({});
    expect((await send(checkRun())).status).toBe(404);
  });
});
