/** The median; for an even count, the higher of the two middle numbers. */
export function median(samples) {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
}

export function geometricMean(samples) {
  return Math.exp(samples.reduce((sum, sample) => sum + Math.log(sample), 0) / samples.length);
}

/** Median, with the minimum and the maximum in brackets. */
export function spread(samples, digits = 2) {
  const [least, middle, most] = [Math.min(...samples), median(samples), Math.max(...samples)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}
