/** Results from papers, to compare with. */
import type { ComparisonResult } from './result.js';

type Published = NonNullable<ComparisonResult['published']>;
type Pair = readonly [mean: number, deviation: number];

function row(
  method: string,
  seconds: number,
  cifar10: Pair,
  cifar100: Pair,
  imagenet16: Pair,
): Published['rows'][number] {
  const spread = ([mean, deviation]: Pair) => ({ mean, deviation });
  const accuracies = {
    cifar10: spread(cifar10),
    cifar100: spread(cifar100),
    'ImageNet16-120': spread(imagenet16),
  };
  return { method, seconds, accuracies };
}

const BY_SPACE: Readonly<Record<string, Published>> = {
  'nas-bench-201': {
    source:
      'Zheng et al., Neural Architecture Search with Representation Mutual Information, CVPR 2022, ' +
      'as the README of github.com/xfey/RMI-NAS has it under "Results on NAS-Bench-201"',
    rows: [
      row('RL', 27870.7, [93.85, 0.37], [71.71, 1.09], [45.24, 1.18]),
      row('DARTS-V2', 35781.8, [54.3, 0], [15.61, 0], [16.32, 0]),
      row('GDAS', 31609.8, [93.61, 0.09], [70.7, 0.3], [41.71, 0.98]),
      row('FairNAS', 9845.0, [93.23, 0.18], [71.0, 1.46], [42.19, 0.31]),
      row('RMI-NAS', 1258.2, [94.28, 0.1], [73.36, 0.19], [46.34, 0]),
    ],
  },
};

/** Null for a space without published results. */
export function publishedOf(space: string): Published | null {
  return BY_SPACE[space] ?? null;
}
