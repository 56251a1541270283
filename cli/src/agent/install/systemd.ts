import { join } from 'node:path';
import type { Keeper, KeeperContext } from './keeper.ts';

const UNIT = 'crewboard-agent.service';
const systemctl = (...args: string[]): [string, ...string[]] => ['systemctl', '--user', ...args];

/** A unit of the person's own systemd: nothing of the system is touched, nobody else is asked. */
export const systemdKeeper = ({ home, xdgConfigHome }: KeeperContext): Keeper => ({
  what: `the systemd unit ${UNIT} of this account`,
  path: join(xdgConfigHome || join(home, '.config'), 'systemd', 'user', UNIT),
  file: ({ node, args }) => `# Written by \`crewboard agent --install\`; \`crewboard agent --uninstall\` removes it.
[Unit]
Description=Crewboard agent: tells a team's board what the Claude Code sessions of this account do
StartLimitIntervalSec=0

[Service]
ExecStart=${[node, ...args].map(inCommand).join(' ')}
Restart=always
RestartSec=5
UMask=0077
NoNewPrivileges=yes
Nice=5

[Install]
WantedBy=default.target
`,
  probe: {
    command: systemctl('show-environment'),
    failed: 'no systemd of this account answers here (a container, WSL without systemd, or a login by su or sudo)',
  },
  start: [
    { command: systemctl('daemon-reload') },
    { command: systemctl('enable', UNIT) },
    { command: systemctl('restart', UNIT) },
  ],
  stop: [{ command: systemctl('disable', '--now', UNIT), mayFail: true }],
  removed: [{ command: systemctl('daemon-reload'), mayFail: true }],
  look: systemctl('is-active', UNIT),
  isRunning: (printed) => printed.trim() === 'active',
  log: `journalctl --user -u ${UNIT}`,
  note: 'It ends when you log out. To keep it running after that: loginctl enable-linger',
});

/** One word of a command line: `%` and `$` stand for something there. */
const inCommand = (word: string): string =>
  `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
