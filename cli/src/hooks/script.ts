import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type HookVariant, hookScript, spoolFolder } from '@crewboard/ingest/hook-settings';

/** At most so many files wait in the spool. With the limit for each of them this bounds what a machine without an agent keeps: 128 MB. */
export const MAX_WAITING = 500;
/** Bytes of one payload; the rest is dropped. Event, session and tool stand at its beginning. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** As large as a block of `ulimit -f` is, by POSIX. */
const BLOCK_BYTES = 512;

const inShell = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;

/**
 * The hook for a POSIX shell; works read in (`.`) and executed. One process besides the shell: `cat`, whose output the
 * kernel cuts at the limit. The noclobber option makes a name that two machines share (a mounted home) the first one's.
 */
const shellScript = (spool: string): string => `#!/bin/sh
# Crewboard: keeps what Claude Code tells a hook as one file for the agent. Says nothing, stops nothing, waits for nobody.
# Written by \`crewboard hooks install\`; \`crewboard hooks remove\` takes it out of the settings again.
exec >/dev/null 2>&1
umask 077
# No files of a language are looked for by what is started.
export LC_ALL=C
spool=${inShell(spool)}
if [ -d "$spool" ]; then
  set -- "$spool"/*
  if [ $# -lt ${MAX_WAITING} ]; then
    file=$spool/$PPID-$$
    while [ -e "$file.json" ]; do file=\${file}x; done
    trap '' XFSZ
    ulimit -f ${MAX_PAYLOAD_BYTES / BLOCK_BYTES}
    set -C
    cat >"$file.json" && exit 0
  fi
fi
# A payload that nobody reads would be a failed hook to the client.
cat
exit 0
`;

const nodeScript = (
  spool: string,
): string => `// Crewboard: keeps what Claude Code tells a hook as one file for the agent. Says nothing, stops nothing, waits for nobody.
// Written by \`crewboard hooks install\`; \`crewboard hooks remove\` takes it out of the settings again.
import { readdirSync, renameSync, writeFileSync } from 'node:fs';

const spool = ${JSON.stringify(spool)};
const leave = () => process.exit(0);
process.on('uncaughtException', leave);

const chunks = [];
let bytes = 0;
process.stdin.on('data', (chunk) => {
  // The rest is read all the same: a payload that nobody reads would be a failed hook to the client.
  if (bytes < ${MAX_PAYLOAD_BYTES}) chunks.push(chunk);
  bytes += chunk.length;
});
process.stdin.on('error', leave);
process.stdin.on('end', () => {
  if (readdirSync(spool).length < ${MAX_WAITING}) {
    const file = \`\${spool}/\${process.ppid}-\${process.pid}-\${process.hrtime.bigint()}\`;
    const payload = Buffer.concat(chunks).subarray(0, ${MAX_PAYLOAD_BYTES});
    writeFileSync(\`\${file}.part\`, payload, { flag: 'wx', mode: 0o600 });
    renameSync(\`\${file}.part\`, \`\${file}.json\`);
  }
  leave();
});
`;

const scriptText = (dataDir: string, variant: HookVariant): string =>
  (variant === 'sh' ? shellScript : nodeScript)(spoolFolder(dataDir));

/** Writes the hook and its private spool. A repeat changes nothing. Rejects where the data folder cannot be written. */
export const installScript = async (dataDir: string, variant: HookVariant): Promise<void> => {
  const path = hookScript(dataDir, variant);
  const spool = spoolFolder(dataDir);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await mkdir(spool, { recursive: true, mode: 0o700 });
  await chmod(spool, 0o700);
  if ((await scriptState(dataDir, variant)) === 'current') return;
  // Renamed into place: a hook that runs at this moment reads one or the other, never a half.
  await writeFile(`${path}.part`, scriptText(dataDir, variant), { mode: 0o700 });
  await rename(`${path}.part`, path);
};

/** `old` where the hook on disk is another than the one that this version writes. */
export type ScriptState = 'current' | 'old' | 'missing';

export const scriptState = async (dataDir: string, variant: HookVariant): Promise<ScriptState> => {
  const found = await readFile(hookScript(dataDir, variant), 'utf8').catch(() => undefined);
  if (found === undefined) return 'missing';
  return found === scriptText(dataDir, variant) ? 'current' : 'old';
};
