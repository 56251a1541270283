import { join } from 'node:path';
import type { Keeper, KeeperContext } from './keeper.ts';
import { xmlText } from './xml.ts';

const TASK = 'Crewboard agent';

/** A task of Windows that begins when the person logs in. It needs no administrator, and no password is kept. */
export const taskKeeper = ({ account, dataDir }: KeeperContext): Keeper => {
  const path = join(dataDir, 'agent', 'task.xml');
  const log = join(dataDir, 'agent', 'agent.log');
  return {
    what: `the scheduled task “${TASK}”`,
    path,
    // conhost: no window of a console stands on the screen for as long as the agent runs.
    file: ({ node, args }) =>
      inUtf16(`<?xml version="1.0" encoding="UTF-16"?>
<!-- Written by \`crewboard agent --install\`; \`crewboard agent --uninstall\` removes it. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Tells a team's board what the Claude Code sessions of this account do</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${xmlText(account)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(account)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>${xmlText(['--headless', ...[node, ...args, '--log-file', log].map(inCommand)].join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`),
    probe: { command: ['schtasks', '/Query'], failed: 'the scheduled tasks of Windows cannot be used by this account' },
    start: [
      { command: ['schtasks', '/End', '/TN', TASK], mayFail: true },
      { command: ['schtasks', '/Create', '/F', '/TN', TASK, '/XML', path] },
      { command: ['schtasks', '/Run', '/TN', TASK] },
    ],
    stop: [
      { command: ['schtasks', '/End', '/TN', TASK], mayFail: true },
      { command: ['schtasks', '/Delete', '/F', '/TN', TASK], mayFail: true },
    ],
    removed: [],
    look: ['powershell', '-NoProfile', '-NonInteractive', '-Command', `(Get-ScheduledTask -TaskName '${TASK}').State`],
    isRunning: (printed) => printed.trim() === 'Running',
    log,
  };
};

/** One word of a command line. A path holds no quotes on Windows, and a backslash before the closing one would take it in. */
const inCommand = (word: string): string => `"${word.replace(/\\+$/, '$&$&')}"`;

/** What schtasks reads. */
const inUtf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le');
