import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A company's own certificates, made in `folder` by the system's openssl: nobody else knows who signed them. */
export const makeCertificates = (folder: string, hosts: readonly string[]) => {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const ca = { key: at('ca.key'), cert: at('ca.pem') };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', ca.key, '-out', ca.cert, '-days', '2', '-subj', '/CN=Company CA');
  openssl('req', ...newKey, '-keyout', at('board.key'), '-out', at('board.csr'), '-subj', '/CN=board');
  writeFileSync(at('names'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join()},IP:127.0.0.1`);
  const signed = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-days', '2', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('board.csr'), '-out', at('board.pem'), ...signed);
  return { caFile: ca.cert, key: readFileSync(at('board.key'), 'utf8'), cert: readFileSync(at('board.pem'), 'utf8') };
};
