import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

const messageSchema = z.object({
  uuid: z.string(),
  sessionId: z.string(),
  message: z.object({ id: z.string(), usage: z.object({ output_tokens: z.number() }) }),
});

/**
 * Output tokens by session as the files have them, each message of a file once, and a copied entry (the same `uuid`) only where it
 * stood first: what a board has to show. Files are read in the order that they were made in.
 */
export const countOutputTokens = (claudeDir: string): Map<string, number> => {
  const totals = new Map<string, number>();
  const entries = new Set<string>();
  for (const path of oldestFirst(join(claudeDir, 'projects'))) {
    const messages = new Set<string>();
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (!line.includes('"type":"assistant"')) continue;
      const entry = messageSchema.safeParse(JSON.parse(line));
      if (!entry.success || entries.has(entry.data.uuid)) continue;
      const { uuid, sessionId, message } = entry.data;
      entries.add(uuid);
      if (messages.has(message.id)) continue;
      messages.add(message.id);
      totals.set(sessionId, (totals.get(sessionId) ?? 0) + message.usage.output_tokens);
    }
    const sessionId = basename(path, '.jsonl');
    if (!sessionId.startsWith('agent-') && !totals.has(sessionId)) totals.set(sessionId, 0);
  }
  return totals;
};

const oldestFirst = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => join(folder, path))
    .map((path) => ({ path, bornAt: statSync(path).birthtimeMs }))
    .sort((a, b) => a.bornAt - b.bornAt)
    .map(({ path }) => path);
