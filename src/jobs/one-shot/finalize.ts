import { consultBenchmark } from '../../benchmarks/service.js';
import type { OneShotFound } from '../../protocol/supernets.js';
import type { Sidecar } from '../../sidecar/client.js';
import { filesOf, writeJobFile } from '../../store/folder.js';
import { METHODS } from '../../supernets/index.js';
import { VERSION } from '../../version.js';
import { checkpointIn, type OneShotStore } from './journal.js';
import type { PlannedOneShot } from './plan.js';
import type { OneShotResult } from './result.js';

/** Looks the architecture up in the benchmark of its space, and writes result.json. */
export async function finalizeOneShot(options: {
  readonly planned: PlannedOneShot;
  readonly sidecar: Sidecar;
  readonly store: OneShotStore;
  readonly found: OneShotFound;
}): Promise<OneShotResult> {
  const { planned, sidecar, store, found } = options;
  const { oneShot, digest, seed, data, notices } = planned;
  const { genotype, alpha, operations, epochs, parameters, trainImages, validationImages } = found;
  const { method, space, dataset } = oneShot;
  const result: OneShotResult = {
    schema: 1,
    rminas: VERSION,
    ...{ method, source: METHODS.find(({ name }) => name === method)?.source ?? '', space, dataset, seed },
    genotype,
    benchmark: await consultBenchmark(sidecar, { space, genotype, data }),
    ...{ alpha, operations, epochs, oneShot, oneShotDigest: digest, device: sidecar.hello.device },
    ...{ parameters, trainImages, validationImages },
    cost: costOf(found, store),
    files: { ...filesOf(store.folder), checkpoint: checkpointIn(store) },
    notes: [...notices, ...found.notes],
  };
  writeJobFile(store.folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

function costOf({ epochs, judging }: OneShotFound, store: OneShotStore): OneShotResult['cost'] {
  return {
    seconds: store.seconds,
    trainingSeconds: epochs.reduce((total, epoch) => total + epoch.seconds, 0),
    judgingSeconds: judging.seconds,
    paths: judging.paths,
    multiplyAdds: epochs.reduce((total, epoch) => total + epoch.multiplyAdds, judging.multiplyAdds),
    sessions: store.sessions,
  };
}
