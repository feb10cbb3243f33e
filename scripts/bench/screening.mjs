// Times the screening of a turn's candidates by synaptic flow and FLOPs, from the request to the lines of the journal.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig, planSearch } from '../../dist/config/index.js';
import { startPreparedSidecar } from '../../dist/evaluators/prepared-sidecar.js';
import { createSidecarMeasure } from '../../dist/evaluators/proxies.js';
import { ProxyMeasurements } from '../../dist/evaluators/proxy-measurements.js';
import { createScreener } from '../../dist/evaluators/screener.js';
import { createObjective } from '../../dist/objectives/index.js';
import { createRandom } from '../../dist/random/random.js';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { JournalWriter } from '../../dist/store/journal-file.js';
import { drawDistinct, take } from '../../dist/strategies/draw.js';
import { familyOf, processorSecondsOf } from './processes.mjs';
import { spread } from './statistics.mjs';

/** Those of the configuration. Duplicates among them are measured once. */
const CANDIDATES = 50;

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string', default: process.env.RMINAS_TEST_DATA },
      turns: { type: 'string', default: '8' },
    },
  });
  if (!values.data) throw new Error('Give --data: the folder with CIFAR-10 and its teacher.');
  const turns = Number(values.turns);
  const config = await loadConfig({
    file: 'nas-bench-201-cifar10-aggregate-forest',
    overrides: ['RMINAS.THREADS', '1', ...positionals],
  });
  const folder = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
  const journal = new JournalWriter(join(folder, 'journal.jsonl'));
  const { signal } = new AbortController();
  const { sidecar, resolved } = await startPreparedSidecar({
    ...{ config, plan: planSearch(config), data: values.data, python: await findPython(), signal, workers: 1 },
    ...{ notify: (text) => console.error(text), onPrepared: () => {} },
  });
  try {
    const screenTurn = createTurns(resolved, { sidecar, journal, turns: turns + 1, signal });
    const { channels, cells } = resolved.plan.specification.network;
    console.log(
      `Turns of ${CANDIDATES} candidates, C=${channels}, N=${cells}, one worker; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
    );
    // The first turn compiles, and counts the parts of networks.
    await screenTurn(0);
    const times = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      const before = [performance.now(), secondsOf(sidecar)];
      const { measured } = await screenTurn(turn);
      journal.append({ type: 'proposed', turn });
      times.push([(performance.now() - before[0]) / measured, (1000 * (secondsOf(sidecar) - before[1])) / measured]);
    }
    for (const [at, name] of ['of the clock', 'of the processor'].entries()) {
      console.log(`  ms a candidate, ${name.padEnd(17)} ${spread(times.map((time) => time[at]))}`);
    }
  } finally {
    await sidecar.close();
    journal.close();
    rmSync(folder, { recursive: true });
  }
}

/** A screener of fresh candidates for each turn, as a search has it. */
function createTurns({ plan, digest }, { sidecar, journal, turns, signal }) {
  const { settings, definitions } = plan;
  const { space } = definitions.space;
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const drawn = take(drawDistinct(space, createRandom(1, 'bench', 0)), CANDIDATES * turns);
  const screen = createScreener({
    ...{ space, signal, seed: 1, capacity: 1 },
    screening: objective.screening,
    keep: settings.screen,
    measure: createSidecarMeasure({
      ...{ sidecar, signal, digest },
      onFailure: (text) => console.error(text),
    }),
    known: new ProxyMeasurements([]),
    record: (screened) => journal.append(screened, { durable: false }),
  });
  return async (turn) => (await screen(drawn.slice(turn * CANDIDATES, (turn + 1) * CANDIDATES), [], 1)).screened;
}

/** Processor seconds of this process, the sidecar and its worker. */
function secondsOf(sidecar) {
  return [process.pid, ...familyOf(sidecar.hello.pid)].reduce((sum, pid) => sum + processorSecondsOf(pid), 0);
}
