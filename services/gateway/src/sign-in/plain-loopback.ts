const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** True for an http address on this machine: the one place where a provider may speak without TLS, as those of tests do. */
export const isPlainLoopback = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && LOOPBACK.includes(hostname);
};
