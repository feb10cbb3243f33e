/** The keys that only a search reads. Where XNAS has a key, the default is that of XNAS. */
import { choice, type KeyGroup, number, quantity, type ValuesOf, wholeNumber } from '../../definitions/key.js';
import { OBJECTIVE_KEY } from '../../objectives/index.js';
import { ARITHMETICS, BACKENDS, PRECISIONS } from '../../protocol/specification.js';
import { ANSWER_KEYS } from '../../strategies/answers/settings.js';
import { COMMON_STRATEGY_KEYS } from '../../strategies/common.js';
import { NETWORK_COSTS } from '../../strategies/limits/costs.js';
import { CLUSTER_KEYS } from './cluster-keys.js';
import { PROFILE_NAMES } from './profiles.js';
import type { SHARED_KEYS } from './shared-keys.js';

/** `auto` takes XNAS where it can be imported and has the space. */
export const BACKEND_CHOICES = ['auto', ...BACKENDS] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** `none` for no Pareto front. */
export const PARETO_CHOICES = ['none', ...NETWORK_COSTS] as const;

const { 'RMINAS.MAX_EVALUATIONS': maxEvaluations, ...published } = COMMON_STRATEGY_KEYS;

/** The group that the files of XNAS have for this search; a file with one of these keys describes a search. */
export const ALGORITHM_KEYS = {
  'RMINAS.LOSS_BETA': number(0.8, { least: 0, most: 1 }, 'Weight of the RMI part of the loss.'),
  ...published,
} satisfies KeyGroup;

export const SEARCH_KEYS = {
  'LOADER.NUM_CLASSES': wholeNumber(
    10,
    { least: 1, most: 100_000 },
    'Classes of the data set. The data set decides; the default in a file counts as unset.',
  ),
  'OPTIM.MAX_EPOCH': wholeNumber(
    200,
    { least: 1, most: 999_999 },
    'Updates of each evaluation; see [profiles](#profiles).',
  ),
  'SEARCH.IM_SIZE': wholeNumber(
    32,
    { least: 1, most: 1024 },
    "Side in pixels of the images that candidates see. The default is the data set's own; only a resizable data set can be shown larger.",
  ),
  ...ALGORITHM_KEYS,
  'RMINAS.PROFILE': choice('paper', PROFILE_NAMES, 'The published behaviour to follow; see [profiles](#profiles).'),
  'RMINAS.BACKEND': choice(
    'auto',
    BACKEND_CHOICES,
    'The code that computes. `native` is that of rminas. `xnas` is that of the checkout that XNAS_HOME names. `auto` is `xnas` where it can be imported and has the space.',
  ),
  'RMINAS.ARITHMETIC': choice(
    'compiled',
    ARITHMETICS,
    'The order of summation: `plain` is that of the original, to the last bit; `fast` suits the processor; `compiled` trains a network of NAS-Bench-201, NAS-Bench-Macro, DARTS or proxyless on a CPU by one program in C, and is `fast` for all others; `stacked` trains several networks of NAS-Bench-201 by the same operations (RMINAS.STACK), and is `fast` for all others. The backend `xnas` is always plain.',
  ),
  'RMINAS.PRECISION': choice(
    'float32',
    PRECISIONS,
    '`tf32` multiplies on the tensor cores of CUDA; `bf16` computes the networks in bfloat16. See [performance.md](performance.md#precision).',
  ),
  'RMINAS.OBJECTIVE': OBJECTIVE_KEY,
  'RMINAS.MAX_EVALUATIONS': maxEvaluations,
  ...ANSWER_KEYS,
  'RMINAS.PROPOSALS': wholeNumber(
    1,
    { least: 1, most: 1024 },
    'Architectures that a guided turn proposes. Workers beyond this number wait in guided turns.',
  ),
  ...CLUSTER_KEYS,
  'RMINAS.MAX_PARAMS': quantity('Most trainable parameters of a network; see [limits](limits.md).'),
  'RMINAS.MAX_FLOPS': quantity(
    'Most multiply-adds of a network for one image, counted as the proxy [`flops`](proxies.md) counts them.',
  ),
  'RMINAS.MAX_LATENCY': quantity('Longest inference of a network on the device of the search, in milliseconds.'),
  'RMINAS.LATENCY_BATCH': wholeNumber(
    1,
    { least: 1, most: 65_536 },
    'Images in an inference whose latency is measured.',
  ),
  'RMINAS.PARETO': choice(
    'none',
    PARETO_CHOICES,
    'The cost for which the result has the front of loss against cost; see [limits](limits.md#a-pareto-front).',
  ),
} satisfies KeyGroup;

/**
 * The values of the keys that a search reads. Those of strategies and objectives have the types that their definitions
 * give them.
 */
export type SearchValues = ValuesOf<typeof SHARED_KEYS & typeof SEARCH_KEYS> & {
  readonly 'RMINAS.STRATEGY': string;
} & Readonly<Record<string, unknown>>;
