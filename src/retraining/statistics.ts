export interface Spread {
  readonly mean: number;
  /** Sample standard deviation, with n - 1 in the denominator; null for a single value. */
  readonly deviation: number | null;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const mean = sum(values) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.map((value) => (value - mean) ** 2);
  return { mean, deviation: Math.sqrt(sum(squares) / (values.length - 1)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
