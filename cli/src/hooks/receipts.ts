import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { fingerprint, readIfThere, replaceFile } from './file.ts';

const receiptSchema = z.object({
  /** Which settings file. */
  settings: z.string(),
  /** The name of the file in the backups folder that holds what `remove` brings back; null where there was no settings file. */
  backup: z.string().nullable(),
  /** A folder that was made for the settings file. */
  madeFolder: z.string().nullable(),
  /** Of the settings file as it was when our hooks were in. */
  written: z.string(),
});
/** What was done to a settings file, for it to be undone. */
export type Receipt = z.infer<typeof receiptSchema>;

const KEPT_BACKUPS = 5;

/** One receipt for each settings file, and the backups, in `backups/` of the data folder. */
export const openReceipts = (dataDir: string) => {
  const folder = join(resolve(dataDir), 'backups');
  const nameOf = (settings: string): string => `settings-${fingerprint(Buffer.from(settings)).slice(0, 12)}`;
  const receiptPath = (settings: string): string => join(folder, `${nameOf(settings)}.receipt.json`);

  const read = async (path: string): Promise<Receipt | undefined> => {
    try {
      return receiptSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return undefined;
    }
  };

  return {
    /** `undefined` where nothing was installed there, or nothing is known of it any more. */
    of: (settings: string): Promise<Receipt | undefined> => read(receiptPath(settings)),

    async all(): Promise<Receipt[]> {
      const names = await readdir(folder).catch(() => []);
      const paths = names.filter((name) => name.endsWith('.receipt.json')).map((name) => join(folder, name));
      return (await Promise.all(paths.map(read))).filter((receipt) => receipt !== undefined);
    },

    /** The bytes that a receipt's backup holds; `undefined` where there was no file, or the backup is gone. */
    async backupOf({ backup }: Receipt): Promise<Buffer | undefined> {
      return backup === null ? undefined : readIfThere(join(folder, backup));
    },

    /** Keeps bytes of a settings file for its owner alone, and forgets all but the newest few; answers the backup's name. */
    async backUp(settings: string, bytes: Buffer, now: number): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const stamp = new Date(now).toISOString().replace(/[:.]/g, '');
      const name = `${nameOf(settings)}-${stamp}.json`;
      await replaceFile(join(folder, name), bytes);
      const mine = new RegExp(`^${nameOf(settings)}-\\d.*\\.json$`);
      const names = (await readdir(folder)).filter((other) => mine.test(other)).sort();
      for (const old of names.slice(0, -KEPT_BACKUPS)) await rm(join(folder, old), { force: true });
      return name;
    },

    async save(receipt: Receipt): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(receiptPath(receipt.settings), Buffer.from(`${JSON.stringify(receipt, null, 2)}\n`));
    },

    async forget(settings: string): Promise<void> {
      await rm(receiptPath(settings), { force: true });
    },

    folder,
  };
};
export type Receipts = ReturnType<typeof openReceipts>;
