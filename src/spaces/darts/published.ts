/** Genotypes that papers published, by name. Retraining, scoring, export and pictures take the names. */
import type { PublishedGenotype } from '../published.js';

const DARTS = 'quark0/darts, cnn/genotypes.py';
const PC_DARTS = 'yuhuixu1993/PC-DARTS, genotypes.py';
const FAIR_DARTS = 'xiaomi-automl/FairDARTS, fairdarts/genotypes.py';

/** The genotype of a published name, letter for letter. */
export function publishedDartsGenotype(wanted: string | null): PublishedGenotype | undefined {
  return DARTS_GENOTYPES.find(({ name }) => name === wanted);
}

export const DARTS_GENOTYPES: readonly PublishedGenotype[] = [
  {
    name: 'NASNet',
    paper: 'Zoph et al., CVPR 2018, NASNet-A',
    source: DARTS,
    dataset: 'cifar10',
    error: 2.65,
    deviation: null,
    parameters: 3_830_950,
    genotype:
      "Genotype(normal=[('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', 0), ('sep_conv_3x3', 0), ('avg_pool_3x3', 1), ('skip_connect', 0), ('avg_pool_3x3', 0), ('avg_pool_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 1)], normal_concat=[2, 3, 4, 5, 6], reduce=[('sep_conv_5x5', 1), ('sep_conv_7x7', 0), ('max_pool_3x3', 1), ('sep_conv_7x7', 0), ('avg_pool_3x3', 1), ('sep_conv_5x5', 0), ('skip_connect', 3), ('avg_pool_3x3', 2), ('sep_conv_3x3', 2), ('max_pool_3x3', 1)], reduce_concat=[4, 5, 6])",
  },
  {
    name: 'AmoebaNet',
    paper: 'Real et al., AAAI 2019, AmoebaNet-A',
    source: DARTS,
    dataset: 'cifar10',
    error: 3.34,
    deviation: 0.06,
    parameters: 3_145_078,
    genotype:
      "Genotype(normal=[('avg_pool_3x3', 0), ('max_pool_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('avg_pool_3x3', 3), ('sep_conv_3x3', 1), ('skip_connect', 1), ('skip_connect', 0), ('avg_pool_3x3', 1)], normal_concat=[4, 5, 6], reduce=[('avg_pool_3x3', 0), ('sep_conv_3x3', 1), ('max_pool_3x3', 0), ('sep_conv_7x7', 2), ('sep_conv_7x7', 0), ('avg_pool_3x3', 1), ('max_pool_3x3', 0), ('max_pool_3x3', 1), ('conv_7x1_1x7', 0), ('sep_conv_3x3', 5)], reduce_concat=[3, 4, 6])",
  },
  {
    name: 'AmoebaNet_B',
    paper: 'Real et al., AAAI 2019, AmoebaNet-B',
    source: null,
    dataset: 'cifar10',
    error: 2.55,
    deviation: 0.05,
    parameters: 2_800_000,
    genotype: null,
  },
  {
    name: 'DARTS_V1',
    paper: 'Liu et al., ICLR 2019, first order',
    source: DARTS,
    dataset: 'cifar10',
    error: 3.0,
    deviation: 0.14,
    parameters: 3_169_414,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'DARTS_V2',
    paper: 'Liu et al., ICLR 2019, second order',
    source: DARTS,
    dataset: 'cifar10',
    error: 2.76,
    deviation: 0.09,
    parameters: 3_349_342,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'SNAS',
    paper: 'Xie et al., ICLR 2019, moderate constraint',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.85,
    deviation: 0.02,
    parameters: 2_661_382,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 1), ('skip_connect', 0), ('skip_connect', 0), ('sep_conv_3x3', 1)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('max_pool_3x3', 1), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('dil_conv_5x5', 2)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'GDAS_V1',
    paper: 'Dong and Yang, CVPR 2019',
    source: 'D-X-Y/AutoDL-Projects, genotypes.py',
    dataset: 'cifar10',
    error: 2.93,
    deviation: null,
    parameters: 3_368_782,
    genotype:
      "Genotype(normal=[('skip_connect', 0), ('skip_connect', 1), ('skip_connect', 0), ('sep_conv_5x5', 2), ('sep_conv_3x3', 3), ('skip_connect', 0), ('sep_conv_5x5', 4), ('sep_conv_3x3', 3)], normal_concat=[2, 3, 4, 5], reduce=[('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('sep_conv_5x5', 2), ('sep_conv_5x5', 1), ('dil_conv_5x5', 2), ('sep_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_5x5', 1)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'PDARTS',
    paper: 'Chen et al., ICCV 2019',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.5,
    deviation: null,
    parameters: 3_433_798,
    genotype:
      "Genotype(normal=[('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('sep_conv_3x3', 3), ('sep_conv_3x3', 0), ('dil_conv_5x5', 4)], normal_concat=[2, 3, 4, 5], reduce=[('avg_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('dil_conv_5x5', 2), ('max_pool_3x3', 0), ('dil_conv_3x3', 1), ('dil_conv_3x3', 1), ('dil_conv_5x5', 3)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'PC_DARTS_cifar',
    paper: 'Xu et al., ICLR 2020',
    source: PC_DARTS,
    dataset: 'cifar10',
    error: 2.57,
    deviation: 0.07,
    parameters: 3_634_678,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)], normal_concat=[2, 3, 4, 5], reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'PC_DARTS_image',
    paper: 'Xu et al., ICLR 2020, searched on ImageNet',
    source: PC_DARTS,
    dataset: 'imagenet',
    error: 24.2,
    deviation: null,
    parameters: 5_342_464,
    genotype:
      "Genotype(normal=[('skip_connect', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 0), ('skip_connect', 1), ('sep_conv_3x3', 1), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('dil_conv_5x5', 4)], normal_concat=[2, 3, 4, 5], reduce=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('max_pool_3x3', 1), ('sep_conv_3x3', 2), ('sep_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 3)], reduce_concat=[2, 3, 4, 5])",
  },
  {
    name: 'FairDARTS_a',
    paper: 'Chu et al., ECCV 2020, run a',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.54,
    deviation: null,
    parameters: 2_360_782,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('max_pool_3x3', 4, 0), ('sep_conv_3x3', 5, 0)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 2, 0), ('avg_pool_3x3', 2, 1), ('avg_pool_3x3', 3, 0), ('dil_conv_5x5', 3, 1), ('avg_pool_3x3', 4, 0), ('sep_conv_5x5', 4, 1), ('skip_connect', 5, 0), ('skip_connect', 5, 1)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_b',
    paper: 'Chu et al., ECCV 2020, run b',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.51,
    deviation: null,
    parameters: 3_407_878,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('sep_conv_3x3', 3, 1), ('dil_conv_3x3', 4, 0), ('sep_conv_5x5', 4, 1), ('dil_conv_5x5', 5, 1)], normal_concat=range(2, 6), reduce=[('skip_connect', 2, 0), ('dil_conv_3x3', 2, 1), ('skip_connect', 3, 0), ('dil_conv_3x3', 3, 1), ('max_pool_3x3', 4, 0), ('sep_conv_3x3', 4, 1), ('skip_connect', 5, 2), ('max_pool_3x3', 5, 0)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_c',
    paper: 'Chu et al., ECCV 2020, run c',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.5,
    deviation: null,
    parameters: 2_598_814,
    genotype:
      "Genotype(normal=[('max_pool_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('dil_conv_3x3', 4, 0), ('dil_conv_5x5', 4, 2), ('skip_connect', 5, 3), ('sep_conv_3x3', 5, 0)], normal_concat=range(2, 6), reduce=[('dil_conv_3x3', 2, 1), ('dil_conv_5x5', 2, 0), ('dil_conv_3x3', 3, 0), ('sep_conv_3x3', 3, 1), ('sep_conv_5x5', 4, 0), ('sep_conv_5x5', 4, 3), ('sep_conv_5x5', 5, 0), ('skip_connect', 5, 1)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_d',
    paper: 'Chu et al., ECCV 2020, run d',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.49,
    deviation: null,
    parameters: 3_365_542,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('dil_conv_3x3', 3, 1), ('max_pool_3x3', 3, 0), ('dil_conv_3x3', 4, 0), ('dil_conv_3x3', 4, 1), ('sep_conv_3x3', 5, 0), ('dil_conv_5x5', 5, 1)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('avg_pool_3x3', 3, 0), ('dil_conv_5x5', 3, 2), ('dil_conv_3x3', 4, 3), ('avg_pool_3x3', 4, 0), ('avg_pool_3x3', 5, 0), ('skip_connect', 5, 3)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_e',
    paper: 'Chu et al., ECCV 2020, run e',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.53,
    deviation: null,
    parameters: 2_643_742,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('dil_conv_3x3', 4, 1), ('dil_conv_3x3', 4, 2), ('dil_conv_3x3', 5, 0), ('dil_conv_5x5', 5, 1)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 2, 1), ('max_pool_3x3', 2, 0), ('max_pool_3x3', 3, 1), ('max_pool_3x3', 3, 0), ('sep_conv_5x5', 4, 1), ('max_pool_3x3', 4, 0), ('avg_pool_3x3', 5, 0), ('dil_conv_5x5', 5, 1)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_f',
    paper: 'Chu et al., ECCV 2020, run f',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.65,
    deviation: null,
    parameters: 3_151_054,
    genotype:
      "Genotype(normal=[('max_pool_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('dil_conv_3x3', 3, 1), ('sep_conv_5x5', 4, 1), ('sep_conv_3x3', 5, 0), ('sep_conv_3x3', 5, 1)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 2, 0), ('max_pool_3x3', 2, 1), ('max_pool_3x3', 3, 0), ('dil_conv_3x3', 3, 1), ('dil_conv_3x3', 4, 2), ('max_pool_3x3', 4, 0), ('max_pool_3x3', 5, 0), ('sep_conv_3x3', 5, 1)], reduce_concat=range(2, 6))",
  },
  {
    name: 'FairDARTS_g',
    paper: 'Chu et al., ECCV 2020, run g',
    source: FAIR_DARTS,
    dataset: 'cifar10',
    error: 2.54,
    deviation: null,
    parameters: 2_899_054,
    genotype:
      "Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('skip_connect', 4, 3), ('sep_conv_5x5', 4, 1), ('dil_conv_3x3', 5, 0), ('sep_conv_3x3', 5, 1)], normal_concat=range(2, 6), reduce=[('avg_pool_3x3', 2, 1), ('skip_connect', 2, 0), ('skip_connect', 3, 2), ('max_pool_3x3', 3, 1), ('sep_conv_5x5', 4, 3), ('max_pool_3x3', 4, 0), ('dil_conv_3x3', 5, 1), ('dil_conv_3x3', 5, 4)], reduce_concat=range(2, 6))",
  },
];
