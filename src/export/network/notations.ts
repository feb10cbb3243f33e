/** How other programs write an architecture. */
import { BLOCK_SECTIONS, BLOCKS, ROOM } from '../../spaces/proxyless/layout.js';

/** The notations of an architecture, by the name of the program; values as the program has them, in JSON. */
export type Notations = Readonly<Record<string, unknown>>;

/** The order of the operations in NASLib's `nasbench201/conversions.py`. */
const NASLIB_201 = ['skip_connect', 'none', 'nor_conv_3x3', 'nor_conv_1x1', 'avg_pool_3x3'];
/** The edges in NASLib's order: by source, then by target. */
const NASLIB_EDGES = ['0_1', '0_2', '0_3', '1_2', '1_3', '2_3'];
/** The edges in the order of the text. */
const TEXT_EDGES = ['0_1', '0_2', '1_2', '0_3', '1_3', '2_3'];

function nasBench201(genotype: string): Notations {
  const operations = new Map([...genotype.matchAll(/(\w+)~\d/g)].map(([, name = ''], at) => [TEXT_EDGES[at], name]));
  return {
    'NAS-Bench-201': genotype,
    // The topology space of NATS-Bench has the same architectures in the same notation.
    'NATS-Bench': genotype,
    NASLib: NASLIB_EDGES.map((edge) => NASLIB_201.indexOf(operations.get(edge) ?? '')),
    // nni.nas.benchmarks.nasbench201
    NNI: Object.fromEntries(TEXT_EDGES.map((edge) => [edge, (operations.get(edge) ?? '').replace(/^nor_/, '')])),
  };
}

/** The order of the operations in NASLib's `nasbench301/conversions.py`. */
const NASLIB_301 = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
];

const FOUR_NODES = /normal_concat=\[2, 3, 4, 5\].*reduce_concat=\[2, 3, 4, 5\]/;

function darts(genotype: string): Notations {
  const [normal = [], reduce = []] = genotype
    .split('reduce=')
    .map((cell) =>
      [...cell.matchAll(/\('(\w+)', (\d+)\)/g)].map(([, name = '', from]) => ({ name, from: Number(from) })),
    );
  const isSearched = [normal, reduce].every(
    (edges) => edges.length === 8 && edges.every(({ name }) => NASLIB_301.includes(name)),
  );
  // The spaces of NASLib and NNI have no other cells, such as those of NASNet.
  if (!isSearched || !FOUR_NODES.test(genotype)) return { DARTS: genotype };
  const compact = (edges: typeof normal) => edges.map(({ name, from }) => [from, NASLIB_301.indexOf(name)]);
  // nni.nas.hub.pytorch.DARTS: `normal/op_2_0` is the first operation of node 2.
  const labels = (kind: string, edges: typeof normal) =>
    edges.flatMap(({ name, from }, at) => {
      const place = `${2 + Math.floor(at / 2)}_${at % 2}`;
      return [
        [`${kind}/op_${place}`, name],
        [`${kind}/input_${place}`, [from]],
      ];
    });
  return {
    DARTS: genotype,
    NASLib: [compact(normal), compact(reduce)],
    NNI: Object.fromEntries([...labels('normal', normal), ...labels('reduce', reduce)]),
  };
}

/** nni.nas.hub.pytorch.ProxylessNAS: its stage 2 is the first one after the fixed block. */
function proxyless(genotype: string): Notations {
  const [kernels = 0, expansions = 0] = BLOCK_SECTIONS.map(({ first }) => first);
  const blocks = BLOCKS.filter(({ stage, place }) => place < Number(genotype[stage]));
  return {
    NNI: Object.fromEntries([
      ...ROOM.map((_, stage) => [`s${stage + 2}_depth`, Number(genotype[stage])]),
      ...blocks.map(({ stage, place, index }) => [
        `s${stage + 2}_i${place}`,
        `k${genotype[kernels + index]}e${genotype[expansions + index]}`,
      ]),
    ]),
  };
}

const NOTATIONS: Readonly<Record<string, (genotype: string) => Notations>> = {
  'nas-bench-201': nasBench201,
  darts,
  proxyless,
};

/**
 * How other programs write an architecture of a space.
 * @param genotype in the normal form of the space
 * @returns nothing for a space that only rminas has
 */
export function notationsOf(space: string, genotype: string): Notations {
  return Object.hasOwn(NOTATIONS, space) ? (NOTATIONS[space]?.(genotype) ?? {}) : {};
}
