// Replays a search of release 0.2.1 with the strategy of this version and the release's scores.
import { loadConfig, planSearch } from '../../../dist/config/index.js';
import { ProxyMeasurements } from '../../../dist/evaluators/proxy-measurements.js';
import { createScreener } from '../../../dist/evaluators/screener.js';
import { createSidecarSurrogate } from '../../../dist/evaluators/surrogate.js';
import { createObjective } from '../../../dist/objectives/index.js';
import { searchSpace } from '../../../dist/search/controller.js';
import { Sidecar } from '../../../dist/sidecar/client.js';
import { createStrategy } from '../../../dist/strategies/index.js';

/** @returns the number of turns, and the first difference from the release's proposals and answer, or null */
export async function replayWithUs({ seed, entries, proposed, genotype }, { python }) {
  const config = await loadConfig({
    file: 'nas-bench-201-cifar10-aggregate-forest',
    overrides: ['RNG_SEED', String(seed)],
  });
  const plan = planSearch(config);
  const sidecar = await Sidecar.start({ python, workers: 0 });
  try {
    return await compare(beginReplay(plan, entries, sidecar), proposed, genotype);
  } finally {
    await sidecar.close();
  }
}

async function compare(events, proposed, answer) {
  let turns = 0;
  try {
    for await (const event of events) {
      if (event.type === 'proposed') {
        const expected = proposed[turns]?.genotypes.join(' ');
        const got = event.genotypes.join(' ');
        if (got !== expected) return { turns, difference: `turn ${turns} proposes ${got}, not ${expected}` };
        turns += 1;
      } else if (event.type === 'finished' && event.genotype !== answer) {
        return { turns, difference: `the answer is ${event.genotype}, not ${answer}` };
      }
    }
  } catch (error) {
    return { turns, difference: error.message };
  }
  return { turns, difference: null };
}

function beginReplay({ settings, specification, definitions }, entries, sidecar) {
  const { space } = definitions.space;
  const { seed, warmup, screen, proposals } = settings;
  const { signal } = new AbortController();
  const objective = createObjective(settings.objective, { reference: warmup });
  const screener = createScreener({
    ...{ space, seed, signal },
    screening: objective.screening,
    keep: screen,
    capacity: 1,
    measure: async (architectures) => architectures.map(({ genotype }) => measurementOf(entries, genotype)),
    known: new ProxyMeasurements([]),
    record: () => {},
  });
  const surrogate = createSidecarSurrogate({ sidecar, specification, signal });
  const strategy = createStrategy(definitions.strategy, { space, settings, screener, surrogate });
  const outcomes = new Map(
    entries.flatMap((entry) => (entry.type === 'evaluated' ? [[entry.genotype, entry.outcome]] : [])),
  );
  const evaluator = { capacity: 1, evaluate: async ({ genotype }) => outcomes.get(genotype) };
  return searchSpace({ space, strategy, objective, evaluator, proposals, seed, signal });
}

/** What the release measured of an architecture, as a candidate or when it was evaluated. */
function measurementOf(entries, genotype) {
  const found = entries.find((entry) => entry.genotype === genotype && (entry.parts ?? entry.outcome?.parts));
  if (found === undefined) throw new Error(`The release did not measure ${genotype}`);
  return { parts: found.parts ?? found.outcome.parts, seconds: 0, flops: 0 };
}
