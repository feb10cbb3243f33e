/** Numbers as a report writes them. */

export function significant(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined ? 'none' : value.toPrecision(digits);
}

export function percentOf(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}
