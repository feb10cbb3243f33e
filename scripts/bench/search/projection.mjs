import { evaluationSeed } from '../../../dist/search/recording.js';
import { median } from '../statistics.mjs';
import { openOurs, startPlainLoop } from './sides.mjs';

/**
 * Ours to its end, and after each of its turns, while it stands still, the plain way for the first steps of every
 * architecture that was observed, as it was proposed, twins again: what it would take to the end is reckoned from these.
 * Counted are turns; of the plain way neither a forest's nor the start.
 * @param steps losses observed of each by the plain way.
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

/** Seconds of a training of so many steps: the first one takes memory, the others are alike. */
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
