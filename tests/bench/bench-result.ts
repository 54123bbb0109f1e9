export interface BenchResult {
  metric: string;
  value: number;
  unit: string;
  /** The limit that is to be kept, or the peer that was measured in the same run, with its own figure. */
  against: string;
  /** How much better than that: 1 is as good, 2 twice as good. */
  ratio: number;
}

export interface Bench {
  name: string;
  results: BenchResult[];
}

/** The value below which the given share of the values lies; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
