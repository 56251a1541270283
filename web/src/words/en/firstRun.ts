export const firstRun = {
  title: 'No sessions yet',
  connected: 'This page is connected to the board.',
  notConnected: 'This page is not connected to the board yet.',
  machinesReport: '{n} machine reports to the board. | {n} machines report to the board.',
  letAMachineJoin: 'Let a machine join: one line to paste there.',
  noMachine: 'No machine has joined yet. A member or an admin of this board can add one.',
  startThere: 'Start a session there, in any repository:',
  startHere: 'Start one in any repository:',
  itShowsUp: 'It shows up here by itself, a moment later.',
} as const;
