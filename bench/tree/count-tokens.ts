import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

const messageSchema = z.object({
  sessionId: z.string(),
  session_id: z.string(),
  message: z.object({ id: z.string(), usage: z.object({ output_tokens: z.number() }) }),
});

/**
 * Output tokens by session as the files of a tree have them, each message of a file once, and a copied entry (which keeps its
 * `session_id`) only where it was made: what a board has to show.
 */
export const countOutputTokens = (claudeDir: string): Map<string, number> => {
  const totals = new Map<string, number>();
  const projects = join(claudeDir, 'projects');
  for (const path of readdirSync(projects, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.jsonl')) continue;
    const messages = new Set<string>();
    for (const line of readFileSync(join(projects, path), 'utf8').split('\n')) {
      if (!line.includes('"type":"assistant"')) continue;
      const entry = messageSchema.safeParse(JSON.parse(line));
      if (!entry.success || entry.data.session_id !== entry.data.sessionId) continue;
      const { sessionId, message } = entry.data;
      if (messages.has(message.id)) continue;
      messages.add(message.id);
      totals.set(sessionId, (totals.get(sessionId) ?? 0) + message.usage.output_tokens);
    }
    const sessionId = basename(path, '.jsonl');
    if (!sessionId.startsWith('agent-') && !totals.has(sessionId)) totals.set(sessionId, 0);
  }
  return totals;
};
