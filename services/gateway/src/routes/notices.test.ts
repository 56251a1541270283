import { noticesSchema } from '@crewboard/contract';
import { LogUnavailable } from '@crewboard/event-log';
import { expect, test } from 'vitest';
import { openLog, openRecords, startGateway } from '../../test/harness.ts';

test('tells what is kept, by subject, and leaves out what is no notice', async () => {
  const records = await openRecords();
  const keep = (id: string, value: unknown) => records.update('notice', id, () => ({ value }));
  const notice = (subject: string) => ({ subject, level: 'info', says: `${subject} is missing.`, at: 1 });
  await keep('b', notice('b'));
  await keep('a', notice('a'));
  await keep('c', { subject: 'c', says: 7 });
  const { url } = await startGateway(await openLog(), { records, openTo: { name: 'Bob', role: 'viewer' } });
  const answer = noticesSchema.parse(await (await fetch(`${url}/api/notices`)).json());
  expect(answer.notices.map(({ subject }) => subject)).toEqual(['a', 'b']);
});

test('says that it can not tell where the records are away', async () => {
  const records = { ...(await openRecords()), list: () => Promise.reject(new LogUnavailable('away')) };
  const { url } = await startGateway(await openLog(), { records });
  expect((await fetch(`${url}/api/notices`)).status).toBe(503);
});
