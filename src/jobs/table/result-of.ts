import { filesOf } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import { alternate } from './architectures.js';
import type { TablePlan } from './plan.js';
import type { TableResult } from './result.js';
import { sharedSpecificationOf, type TableStore } from './table-store.js';

/** @param session what the session measured, and how long it took */
export function resultOf(store: TableStore, plan: TablePlan, session: TableResult['session']): TableResult {
  const specification = sharedSpecificationOf(plan.batches[0].plan.specification);
  const measured = store.entries.filter((entry) => entry.type === 'measured');
  const trained = new Set(alternate(plan.sample, plan.also));
  return {
    schema: 1,
    rminas: VERSION,
    space: specification.space,
    dataset: specification.dataset,
    specification,
    batches: plan.batches.map(({ seed }) => seed),
    architectures: trained.size,
    untrained: plan.all.filter((genotype) => !trained.has(genotype)).length,
    proxies: [...plan.proxies],
    measurements: measured.length,
    failures: measured.filter(({ outcome }) => 'failure' in outcome).length,
    session,
    kinds: store.kinds,
    files: filesOf(store.job.folder),
  };
}
