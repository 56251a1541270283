import { join } from 'node:path';
import type { Keeper, KeeperContext } from './keeper.ts';
import { xmlText } from './xml.ts';

const LABEL = 'dev.crewboard.agent';

/** A launch agent of the person, in their own Library. */
export const launchdKeeper = ({ home, uid, dataDir }: KeeperContext): Keeper => {
  const path = join(home, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const log = join(dataDir, 'agent', 'agent.log');
  const domain = `gui/${uid}`;
  const service = `${domain}/${LABEL}`;
  return {
    what: `the launch agent ${LABEL}`,
    path,
    file: ({ node, args }) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by \`crewboard agent --install\`; \`crewboard agent --uninstall\` removes it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${[node, ...args, '--log-file', log].map((word) => `    <string>${xmlText(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${xmlText(log)}</string>
</dict>
</plist>
`,
    probe: {
      command: ['launchctl', 'print', domain],
      failed: 'nobody is logged in at this Mac’s screen as this account: log in there once, and install again',
    },
    start: [
      { command: ['launchctl', 'bootout', service], mayFail: true },
      { command: ['launchctl', 'enable', service] },
      // What was stopped before may not be gone at once.
      { command: ['launchctl', 'bootstrap', domain, path], tries: 10 },
    ],
    stop: [{ command: ['launchctl', 'bootout', service], mayFail: true }],
    removed: [],
    look: ['launchctl', 'print', service],
    isRunning: (printed) => /^\s*state = running$/m.test(printed),
    log,
  };
};
