import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';

/** A small file system of its own, which can be full. */
export interface Disk {
  fill(): void;
  empty(): void;
  close(): void;
}

/** Mounted at `path`; `undefined` where this process may not. */
export const openDisk = (path: string, sizeMb: number): Disk | undefined => {
  const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', path)) return undefined;
  const close = (): void => {
    spawnSync('umount', ['-l', path], { stdio: 'ignore' });
    process.off('exit', close);
  };
  process.on('exit', close);
  const resize = (bytes: number): void => {
    if (!mount('-o', `remount,size=${bytes}`, path)) throw new Error(`${path} can't be made ${bytes} bytes large`);
  };
  return {
    // As large as what is on it: not a byte fits any more.
    fill: () => {
      const { blocks, bfree, bsize } = statfsSync(path);
      resize((blocks - bfree) * bsize);
    },
    empty: () => resize(sizeMb * 1024 * 1024),
    close,
  };
};
