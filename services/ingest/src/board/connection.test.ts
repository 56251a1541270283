import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { freePort } from '../../../../test/support/port.ts';
import { makeCertificates } from '../../test/certificates.ts';
import { startProxy } from '../../test/proxy.ts';
import { startStubBoard, TOKEN } from '../../test/stub-board.ts';
import { boardClient } from './client.ts';
import { connectBoard, type NetworkSettings } from './connection.ts';

const signal = new AbortController().signal;
/** A name that exists nowhere. */
const HOST = 'board.example.test';

const hello = (url: string, network: NetworkSettings = {}, timeoutMs = 10_000) => {
  const connection = connectBoard(url, network, { timeoutMs });
  onTestFinished(() => connection.close());
  return boardClient(connection, TOKEN).hello(signal);
};

const secureBoard = async () => {
  const { caFile, ...tls } = makeCertificates(temporaryFolder('certificates'), [HOST]);
  const board = await startStubBoard({ tls });
  return { board, caFile, named: `https://${HOST}:${board.port}` };
};

describe('the way to a board', () => {
  it('with a certificate of a company needs to be told whom it trusts, and says so', async () => {
    const { board, caFile } = await secureBoard();
    await expect(hello(board.url)).rejects.toThrow(
      /\((SELF_SIGNED|UNABLE_TO_VERIFY|DEPTH_ZERO).*NODE_EXTRA_CA_CERTS or CREWBOARD_CA_FILE/,
    );
    expect(await hello(board.url, { caFiles: [caFile] })).toMatchObject({ owner: 'Mara' });
    expect(board.lines()).toEqual(['GET /api/agent']);
  });

  it('is not trusted under another name than the certificate’s', async () => {
    const { caFile, ...tls } = makeCertificates(temporaryFolder('certificates'), ['other.example.test']);
    const board = await startStubBoard({ tls });
    const proxy = await startProxy(board.port);
    const named = `https://${HOST}:${board.port}`;
    await expect(hello(named, { httpsProxy: proxy.url, caFiles: [caFile] })).rejects.toThrow('cannot be reached');
    expect(board.requests).toEqual([]);
  });

  it('leads through the proxy of HTTPS, which sees nothing but the host', async () => {
    const { board, caFile, named } = await secureBoard();
    const proxy = await startProxy(board.port);
    expect(await hello(named, { httpsProxy: proxy.host, caFiles: [caFile] })).toMatchObject({ owner: 'Mara' });
    expect(proxy.tunnels).toEqual([`${HOST}:${board.port}`]);
    expect(proxy.passedOn).toEqual([]);
  });

  it('signs in at a proxy that wants that, and says what is missing where it cannot', async () => {
    const { board, caFile, named } = await secureBoard();
    const proxy = await startProxy(board.port, { auth: 'ada:secret' });
    const failed = hello(named, { httpsProxy: `http://${proxy.host}`, caFiles: [caFile] });
    await expect(failed).rejects.toThrow(/through the proxy http:\/\/127.*\(407\).*wants a sign-in/s);
    expect(await hello(named, { httpsProxy: proxy.url, caFiles: [caFile] })).toMatchObject({ owner: 'Mara' });
  });

  it('never tells what is needed to sign in at a proxy', async () => {
    const port = await freePort();
    const failed = hello(`https://${HOST}`, { httpsProxy: `http://ada:secret@127.0.0.1:${port}` });
    await expect(failed).rejects.toThrow(`through the proxy http://127.0.0.1:${port} (ECONNREFUSED)`);
    await expect(failed).rejects.not.toThrow('secret');
  });

  it('leads past the proxy where NO_PROXY says so, and to this machine itself', async () => {
    const { board, caFile, named } = await secureBoard();
    const proxy = await startProxy(board.port);
    await expect(hello(named, { httpsProxy: proxy.url, noProxy: '.example.test', caFiles: [caFile] })).rejects.toThrow(
      /ENOTFOUND|EAI_AGAIN/,
    );
    expect(await hello(board.url, { httpsProxy: proxy.url, caFiles: [caFile] })).toMatchObject({ owner: 'Mara' });
    expect(proxy.tunnels).toEqual([]);
  });

  it('without encryption takes the proxy of HTTP alone, as plain requests', async () => {
    const board = await startStubBoard();
    const proxy = await startProxy(board.port);
    const named = `http://${HOST}:${board.port}`;
    expect(await hello(named, { httpProxy: proxy.url })).toMatchObject({ owner: 'Mara' });
    expect(proxy.passedOn).toEqual([`${named}/api/agent`]);
    await expect(hello(named, { httpsProxy: proxy.url })).rejects.toThrow('cannot be reached');
  });

  it('is given up where no answer comes in time', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(hello(`http://127.0.0.1:${port}`, {}, 50)).rejects.toThrow('no answer within 50 ms');
  });

  it('takes no answer without end', async () => {
    const board = await startStubBoard({ answer: () => ({ status: 200, body: 'x'.repeat(5 * 1024 * 1024) }) });
    await expect(hello(board.url)).rejects.toThrow('cannot be reached');
  });

  it('names a file with certificates that is not there', () => {
    const missing = join(temporaryFolder('certificates'), 'none.pem');
    expect(() => connectBoard('https://board.example.test', { caFiles: [missing] })).toThrow(missing);
  });
});
