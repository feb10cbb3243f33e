export interface Spread {
  readonly mean: number;
  /** Sample standard deviation, with n - 1 in the denominator; null for a single value. */
  readonly deviation: number | null;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  return { mean: mean(values), deviation: deviation(values) };
}

/** The spread in another unit. */
export function convertSpread({ mean, deviation }: Spread, convert: (value: number) => number): Spread {
  return { mean: convert(mean), deviation: deviation === null ? null : convert(deviation) };
}

/** `94.36 ± 0.10`, or `94.36` for a single value. */
export function spreadText({ mean, deviation }: Spread, digits: number): string {
  return deviation === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

/** @param values at least one */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('An empty list has no mean.');
  return sum(values) / values.length;
}

/** The sample standard deviation, with n - 1 in the denominator; null for fewer than two values. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
