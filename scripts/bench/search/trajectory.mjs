/** Compares the trajectories of two searches. @param a the search that trains everything to its end */
export function compareTrajectories(a, b) {
  const [thresholdA, thresholdB] = [a, b].map(({ observed }) => observed.at(-1).status.threshold);
  const isGood = (loss, threshold) => threshold !== null && loss < threshold;
  const common = Math.min(a.observed.length, b.observed.length);
  let largest = 0;
  let label = null;
  for (let index = 0; index < common; index += 1) {
    const [one, other] = [a.observed[index], b.observed[index]];
    if (one.genotype !== other.genotype) {
      return { same: sameEnd(a, b), largest, label, parted: { index, genotypes: [one.genotype, other.genotype] } };
    }
    if (other.stopped === null) largest = Math.max(largest, relativeDifference(one.loss, other.loss));
    const good = [isGood(one.loss, thresholdA), isGood(other.loss, thresholdB)];
    if (label === null && good[0] !== good[1]) {
      label = {
        index,
        genotype: one.genotype,
        losses: [one.loss, other.loss],
        thresholds: [thresholdA, thresholdB],
        good,
      };
    }
  }
  const parted = a.observed.length === b.observed.length ? null : { index: common, genotypes: [] };
  return { same: sameEnd(a, b), largest, label, parted };
}

function sameEnd(a, b) {
  return a.finished.genotype === b.finished.genotype;
}

function relativeDifference(a, b) {
  return a === b ? 0 : Math.abs(a - b) / Math.abs(a);
}

/** The comparison as text, one line for each finding. */
export function describe({ same, largest, label, parted }, { finished, observed }, { finished: other }) {
  const lines = [
    same
      ? `the same final architecture: ${finished.genotype}`
      : `another final architecture: ${other.genotype} instead of ${finished.genotype}`,
    `largest relative difference of a loss, of trainings to the end: ${largest.toExponential(1)}`,
  ];
  if (label !== null) {
    const words = label.good.map((good) => (good ? 'good' : 'bad'));
    const sides = words.map(
      (word, at) => `${word} (${label.losses[at].toFixed(5)}, threshold ${label.thresholds[at]?.toFixed(5)})`,
    );
    lines.push(`first label that differs: number ${label.index}, ${label.genotype}: ${sides.join(', then ')}`);
  }
  if (parted === null) lines.push(`the same ${observed.length} architectures in the same order`);
  else if (parted.genotypes.length === 0)
    lines.push(`the same first ${parted.index} architectures; then one search has ended`);
  else lines.push(`first proposal that differs: number ${parted.index}: ${parted.genotypes.join(' and ')}`);
  return lines;
}
