import { T0 } from '@crewboard/contract/testing';
import type { Records } from '@crewboard/records';
import { openEmbeddedRecords } from '@crewboard/records/embedded';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { type Access, createAccess } from '../src/access.ts';

/** Access to a board of the test's own, at a time that the test sets. */
export interface AccessUnderTest {
  access: Access;
  records: Records;
  dir: string;
  wait(ms: number): void;
}

export const openAccess = async (wrap = (records: Records): Records => records): Promise<AccessUnderTest> => {
  const dir = temporaryFolder('access');
  let clock = T0;
  const now = () => clock;
  const records = await openEmbeddedRecords({ dir, now });
  onTestFinished(() => records.close());
  const wait = (ms: number): void => {
    clock += ms;
  };
  return { access: createAccess(wrap(records), now), records, dir, wait };
};
