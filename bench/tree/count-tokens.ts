import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

const messageSchema = z.object({
  sessionId: z.string(),
  message: z.object({ id: z.string(), usage: z.object({ output_tokens: z.number() }) }),
});

/** Output tokens by session as the files have them, each message of a file once: what a board has to show. */
export const countOutputTokens = (claudeDir: string): Map<string, number> => {
  const totals = new Map<string, number>();
  for (const path of readdirSync(join(claudeDir, 'projects'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.jsonl')) continue;
    const seen = new Set<string>();
    for (const line of readFileSync(join(claudeDir, 'projects', path), 'utf8').split('\n')) {
      if (!line.includes('"type":"assistant"')) continue;
      const entry = messageSchema.safeParse(JSON.parse(line));
      if (!entry.success || seen.has(entry.data.message.id)) continue;
      const { sessionId, message } = entry.data;
      seen.add(message.id);
      totals.set(sessionId, (totals.get(sessionId) ?? 0) + message.usage.output_tokens);
    }
    const sessionId = basename(path, '.jsonl');
    if (!sessionId.startsWith('agent-') && !totals.has(sessionId)) totals.set(sessionId, 0);
  }
  return totals;
};
