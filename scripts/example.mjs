// The Node API on one page: node scripts/example.mjs [CONFIG]
// It searches on the embedded digits, prints each loss, and then scores the answer.
import { fileURLToPath } from 'node:url';
import { loadConfig, score, search } from 'rminas';

const cfg = process.argv[2] ?? fileURLToPath(new URL('../configs/quickstart.yaml', import.meta.url));
const config = await loadConfig({ file: cfg });
console.error(`seed ${config.values.RNG_SEED}, ${config.values['RMINAS.RF_WARMUP']} architectures to warm up`);

// Ctrl-C ends the run in order, and `search({ resume: folder })` continues it.
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());

const run = search({ cfg, signal: interrupt.signal });
for await (const event of run) {
  if (event.type === 'observed') console.error(event.phase, event.genotype, event.loss.toFixed(4));
}
const { genotype, best, files } = await run.result;

const { scores } = await score({ cfg, genotypes: [genotype], signal: interrupt.signal }).result;
console.log(
  JSON.stringify({ genotype, lowestLoss: best.loss, itsOwnLoss: scores[0].score.loss, folder: files.folder }),
);
