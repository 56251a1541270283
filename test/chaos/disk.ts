import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';

/** A small file system of its own, which can be full. */
export interface Disk {
  fill(): void;
  empty(): void;
  close(): void;
}

const TRIES = 50;

/** Mounted at `path`; `undefined` where this process may not. */
export const openDisk = (path: string, sizeMb: number): Disk | undefined => {
  const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', path)) return undefined;
  const close = (): void => {
    spawnSync('umount', ['-l', path], { stdio: 'ignore' });
    process.off('exit', close);
  };
  process.on('exit', close);
  const resize = (bytes: number): boolean => mount('-o', `remount,size=${bytes}`, path);
  return {
    // As large as what is on it: not a byte fits any more. Others write meanwhile, so it may take another look.
    fill: () => {
      for (let tries = 1; tries <= TRIES; tries++) {
        const { blocks, bfree, bsize } = statfsSync(path);
        if (resize((blocks - bfree) * bsize)) return;
      }
      throw new Error(`${path} can't be made smaller`);
    },
    empty: () => void resize(sizeMb * 1024 * 1024),
    close,
  };
};
