/** The keys of the machines that evaluations run on. No score depends on them. */
import { choice, flag, type KeyGroup, text, wholeNumber } from '../../definitions/key.js';

/** Where workers run: on this machine, or on a Ray cluster. */
export const ENGINES = ['local', 'ray'] as const;

const AMOUNT = String.raw`[A-Za-z][\w.:-]*=\d+(?:\.\d+)?(?:e\d+)?`;

export const CLUSTER_KEYS = {
  'RMINAS.ENGINE': choice(
    'local',
    ENGINES,
    'Where workers run: processes of this machine, or a [Ray cluster](cluster.md).',
  ),
  'RMINAS.STACK': wholeNumber(
    1,
    { least: 1, most: 256 },
    'Architectures that a worker of this machine trains at a time with `RMINAS.ARITHMETIC stacked`; see [performance.md](performance.md#many-candidates-in-one-graph).',
  ),
  'RMINAS.RAY_ADDRESS': text(
    'auto',
    {
      most: 300,
      pattern: /^(?:auto|local|(?:ray:\/\/)?[^\s/]+:\d{1,5})$/,
      range: 'auto, local, ray://HOST:PORT or HOST:PORT',
    },
    'The Ray cluster: `auto` is the one that this machine belongs to, `local` is a new one for this job.',
  ),
  'RMINAS.WORKER_RESOURCES': text(
    '',
    { most: 1000, pattern: new RegExp(`^(?:${AMOUNT}(?:,${AMOUNT})*)?$`), range: 'NAME=NUMBER,…, e.g. CPU=1,GPU=0.5' },
    'What a worker takes of a Ray cluster: CPU, GPU, memory in bytes, and names that the nodes define. By default it is CPU=THREADS, and GPU=1 on cuda.',
  ),
  'RMINAS.MAX_WORKERS': wholeNumber(
    0,
    { least: 0, most: 10_000 },
    'Most workers on a Ray cluster; 0 is RMINAS.WORKERS. The cluster gives as many as it has room for.',
  ),
  'RMINAS.ALLOW_PUBLIC': flag(false, 'Whether a Ray cluster may have addresses that the internet reaches.'),
} satisfies KeyGroup;
