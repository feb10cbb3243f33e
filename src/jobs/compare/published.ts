/** Results from papers, to compare with. Those of single genotypes are in their space. */
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

const PAPER = 'Zheng et al., Neural Architecture Search with Representation Mutual Information, CVPR 2022';

const BY_SPACE: Readonly<Record<string, Published>> = {
  'nas-bench-201': {
    source: `${PAPER}, as the README of github.com/xfey/RMI-NAS has it under "Results on NAS-Bench-201"`,
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

/** A row of the paper's table of the DARTS space. */
export interface PublishedDartsRow {
  readonly method: string;
  /** Name of the genotype, whose definition has its error and its parameters; null for one that was not published. */
  readonly genotype: string | null;
  /** The one-shot method that finds such genotypes here; null for none. */
  readonly oneShot: string | null;
  readonly gpuDays: number;
  /** Test error in per cent of the paper's own retraining; null for none. */
  readonly retrained: { readonly mean: number; readonly deviation: number | null } | null;
}

function dartsRow(
  method: string,
  genotype: string | null,
  oneShot: string | null,
  gpuDays: number,
  retrained: readonly [mean: number, deviation?: number] | null,
): PublishedDartsRow {
  const [mean, deviation = null] = retrained ?? [];
  return { method, genotype, oneShot, gpuDays, retrained: mean === undefined ? null : { mean, deviation } };
}

export const PUBLISHED_DARTS: { readonly source: string; readonly rows: readonly PublishedDartsRow[] } = {
  // The README's heads say seconds and accuracy; the numbers are GPU days and errors, as the papers of the rows have them.
  source: `${PAPER}, as the README of github.com/xfey/RMI-NAS has it under "Results on DARTS"`,
  rows: [
    dartsRow('AmoebaNet-B', 'AmoebaNet_B', null, 3150, null),
    dartsRow('NASNet-A', 'NASNet', null, 1800, null),
    dartsRow('DARTS (1st)', 'DARTS_V1', 'darts-1', 0.4, [2.75]),
    dartsRow('DARTS (2nd)', 'DARTS_V2', 'darts-2', 1, [2.6]),
    dartsRow('SNAS', 'SNAS', 'snas', 1.5, [2.68]),
    dartsRow('PC-DARTS', 'PC_DARTS_cifar', 'pc-darts', 1, [2.71, 0.11]),
    dartsRow('FairDARTS-D', 'FairDARTS_d', 'fairdarts', 0.4, [2.71]),
    dartsRow('RMI-NAS', null, null, 0.08, [2.64, 0.04]),
  ],
};
