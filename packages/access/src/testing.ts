import type { Access } from './access.ts';
import type { Admitted } from './machines.ts';

/** A machine that joined as a person's does: invited, then with the code. */
export const joinMachine = async (
  access: Access,
  { machine = 'laptop', owner = 'Dev' }: { machine?: string; owner?: string } = {},
): Promise<Admitted> => {
  const { code } = await access.invite({ owner, by: owner });
  const joined = await access.join({ code, machine });
  if (!joined) throw new Error('a new code was refused');
  return joined;
};
