/** Where the workers of a job run. */
import type { ValuesOf } from '../../definitions/key.js';
import type { CLUSTER_KEYS } from '../schema/cluster-keys.js';

/** A Ray cluster, and the share of it that a worker takes. */
export interface ClusterOptions {
  /** `auto`, `local`, `ray://HOST:PORT` or `HOST:PORT`. */
  readonly address: string;
  /** `NAME=NUMBER,…`; empty for the threads of a worker, and a GPU on `cuda`. */
  readonly resources: string;
  /** Whether nodes may have public addresses. */
  readonly allowPublic: boolean;
}

type ClusterValues = ValuesOf<typeof CLUSTER_KEYS>;

/** The Ray cluster that workers run on; null for this machine. */
export function clusterOf(values: ClusterValues): ClusterOptions | null {
  if (values['RMINAS.ENGINE'] === 'local') return null;
  return {
    address: values['RMINAS.RAY_ADDRESS'],
    resources: values['RMINAS.WORKER_RESOURCES'],
    allowPublic: values['RMINAS.ALLOW_PUBLIC'],
  };
}

/** Workers of a job; on a cluster, the most of them. */
export function workersOf(values: ClusterValues & { readonly 'RMINAS.WORKERS': number }): number {
  const most = values['RMINAS.ENGINE'] === 'ray' ? values['RMINAS.MAX_WORKERS'] : 0;
  return most || values['RMINAS.WORKERS'];
}
