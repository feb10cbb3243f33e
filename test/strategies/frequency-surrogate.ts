import type { Surrogate } from '../../src/strategies/strategy.js';

/** Replaces the forest: the mean over the slots of the share of good architectures with the category, in [0, 1]. */
export const frequencySurrogate: Surrogate = async ({ features, known, good, candidates }) => {
  const shares = features.map((rows, slot) =>
    rows.map((_, category) => {
      const labels = good.filter((_, index) => known[index]?.[slot] === category);
      return (labels.filter(Boolean).length + 1) / (labels.length + 2);
    }),
  );
  return candidates.map((candidate) => {
    const scores = candidate.map((category, slot) => shares[slot]?.[category] ?? 0);
    return scores.reduce((sum, score) => sum + score, 0) / features.length;
  });
};
