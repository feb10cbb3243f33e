import type { Surrogate } from '../../src/strategies/strategy.js';

/** Stands in for the forest: the mean, over the slots, of how often the candidate's category was good. In [0, 1]. */
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
