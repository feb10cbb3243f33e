/**
 * The quantile by linear interpolation. For finite values it equals `numpy.quantile(values, rate)` to the last bit.
 * Where numpy returns NaN because it would interpolate infinities, this returns the higher neighbour.
 * @param values at least one, none NaN; infinities are allowed
 * @param rate in [0, 1]
 */
export function quantile(values: readonly number[], rate: number): number {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : Number(a > b)));
  const position = (sorted.length - 1) * rate;
  const below = Math.floor(position);
  const low = sorted[below];
  if (low === undefined) throw new RangeError(`There is no quantile ${rate} of ${values.length} values.`);
  const weight = position - below;
  const high = sorted[below + 1] ?? low;
  if (weight === 0) return low;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return high;
  // numpy interpolates from the nearer end.
  return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight);
}
