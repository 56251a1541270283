import type { Today } from '@crewboard/contract';

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);

export const totalsOf = ({
  waitsByRepository,
  costsByRepository,
}: Pick<Today, 'waitsByRepository' | 'costsByRepository'>): { waitedMs: number; costUsd: number } => ({
  waitedMs: sum(waitsByRepository.map(({ waitedMs }) => waitedMs)),
  costUsd: sum(costsByRepository.map(({ costUsd }) => costUsd)),
});

/** Whether nothing has happened on that day: nobody waited, and nothing worked. */
export const isQuiet = ({ waitsByRepository, hours, costsByRepository, answered }: Today): boolean =>
  answered === 0 &&
  waitsByRepository.length === 0 &&
  costsByRepository.length === 0 &&
  hours.every(({ sessions }) => sessions === 0);
