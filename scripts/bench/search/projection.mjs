import { evaluationSeed } from '../../../dist/search/recording.js';
import { median } from '../statistics.mjs';
import { openOurs, startPlainLoop } from './sides.mjs';

/**
 * Runs our search to its end. After each turn it pauses, and the plain loop trains the first steps of each observed
 * architecture as it was proposed, duplicates included. The time to the end is extrapolated from these steps. Only turns
 * count: the plain loop's time includes neither the forest nor the start.
 * @param steps losses that the plain loop observes for each architecture
 */
export async function project({ size, data, python, seed, steps, measures, cores }) {
  const ours = await openOurs({ name: 'ours', size, data, python, seed, measures });
  const short = { ...size, overrides: [...size.overrides, 'OPTIM.MAX_EPOCH', String(steps - 1)] };
  let plain;
  try {
    plain = (await startPlainLoop({ size: short, data, python, seed, cores, batch: ours.batch })).loop;
    const projected = { warmup: 0, guided: 0 };
    const spent = { warmup: 0, guided: 0 };
    while (!ours.done) {
      const [seen, before] = [ours.observed.length, ours.seconds];
      await ours.advance();
      const news = ours.observed.slice(seen);
      const phase = seen < ours.plan.settings.warmup ? 'warmup' : 'guided';
      spent[phase] += ours.seconds - before;
      for (const { genotype } of news) {
        const request = { genotype, seed: evaluationSeed(seed, genotype), updates: steps };
        projected[phase] += reckon(await plain.evaluate(request), ours.plan.specification.steps);
      }
      if (process.stderr.isTTY) process.stderr.write(`\r${(100 * ours.progress).toFixed(0)} % `);
    }
    report({ ours, steps, spent, projected });
  } finally {
    await Promise.all([plain?.close(), ours.end()]);
  }
}

/** Extrapolated seconds of a training. The first step allocates memory; the others take equal time. */
function reckon({ seconds, secondsOfSteps }, steps) {
  const [first, ...others] = secondsOfSteps;
  const start = seconds - secondsOfSteps.reduce((sum, each) => sum + each, 0);
  return start + first + (steps - 1) * median(others);
}

function report({ ours, steps, spent, projected }) {
  const { settings, specification } = ours.plan;
  console.log(
    `\nA whole search with seed ${settings.seed}, and the plain way's seconds for the same architectures, reckoned from ` +
      `${steps} of its ${specification.steps} steps of each (${ours.sidecar.hello.device})`,
  );
  console.log(
    `  observed ${ours.observed.length}, trained ${ours.trainings.length}, stopped ${ours.stopped}, ` +
      `${ours.steps} of ${ours.observed.length * specification.steps} steps`,
  );
  const phases = { 'warm-up': 'warmup', guided: 'guided' };
  for (const [name, phase] of Object.entries(phases)) printRow(name, projected[phase], spent[phase]);
  printRow('both', projected.warmup + projected.guided, spent.warmup + spent.guided);
}

function printRow(name, plain, ours) {
  console.log(
    `  ${name.padEnd(10)}plain ${plain.toFixed(1)} s, ours ${ours.toFixed(1)} s, plain / ours ${(plain / ours).toFixed(2)}`,
  );
}
