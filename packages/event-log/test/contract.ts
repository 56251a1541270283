import { afterEach, beforeEach, describe } from 'vitest';
import { boardPromises } from './board.contract.ts';
import { changePromises } from './changes.contract.ts';
import { enrichmentPromises } from './enrichment.contract.ts';
import { eventPromises } from './events.contract.ts';
import { forgetPromises } from './forget.contract.ts';
import { groupPromises } from './group.contract.ts';
import { historyPromises } from './history.contract.ts';
import { lifePromises } from './life.contract.ts';
import { createLogUnderTest, type OpenLog } from './log-under-test.ts';
import { machinePromises } from './machines.contract.ts';

/** What every backend of the log must keep. */
export const eventLogContract = (name: string, open: OpenLog): void => {
  describe(`the ${name} log`, () => {
    const underTest = createLogUnderTest(open);
    beforeEach(() => underTest.begin());
    afterEach(() => underTest.log.close());

    eventPromises(underTest);
    boardPromises(underTest);
    historyPromises(underTest);
    machinePromises(underTest);
    changePromises(underTest);
    groupPromises(underTest);
    enrichmentPromises(underTest);
    forgetPromises(underTest);
    lifePromises(underTest);
  });
};
