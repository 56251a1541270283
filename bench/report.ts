import { availableParallelism, cpus, totalmem } from 'node:os';

export type Row = Record<string, string | number>;

/** What was measured, and where that says too little, more of it under names of their own. */
export interface Report {
  rows: Row[];
  more: Readonly<Record<string, Row[]>>;
}

/** One file a benchmark: what it measures, and how. `args` are those of the command line that are not `--json`. */
export interface Benchmark {
  about: string;
  run(args: readonly string[]): Promise<Row[] | Report>;
}

/** The value that a share (0 to 1) of the sorted samples does not exceed; NaN without samples. */
export const quantile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** To so many digits after the point. */
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

export const percentiles = (samples: readonly number[]): Row => ({
  n: samples.length,
  'p50 ms': rounded(quantile(samples, 0.5), 2),
  'p95 ms': rounded(quantile(samples, 0.95), 2),
  'p99 ms': rounded(quantile(samples, 0.99), 2),
  'max ms': rounded(quantile(samples, 1), 2),
});

export const machineFacts = () => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: rounded(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

/** Rows as aligned columns, numbers to the right. Rows need not have the same fields. */
export const formatTable = (rows: readonly Row[]): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => names.map((name) => row[name] ?? ''));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((cell) => String(cell[column] ?? '').length)),
  );
  const line = (values: readonly (string | number)[]): string =>
    values
      .map((value, column) => {
        const width = widths[column] ?? 0;
        return typeof value === 'number' ? String(value).padStart(width) : value.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const head = line(names.map((name) => name));
  return [head, widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
};
