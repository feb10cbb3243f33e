// Judges a search in a space without a table. Do its answers agree? Are they better than random architectures of equal FLOPs?
// Each answer and its random partner are trained from scratch, shortly, and their test accuracies are compared.
// node scripts/judge-answers.mjs --space darts --out FOLDER [--seeds N-N] [--evaluations N] [--epochs N] [--channels N] [--cells N]
//   [--training 'KEY VALUE …'] [KEY VALUE …]
// The last KEY VALUE pairs are those of the searches. Every search and training is kept in the folder, so the same command goes on from there. It needs a build.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { retrain, search } from 'rminas';
import { parseSeedList } from '../dist/terminal/input/seeds.js';
import { agreement, paired } from './judge-answers/figures.mjs';
import { RandomArchitectures } from './judge-answers/random.mjs';
import { Records } from './judge-answers/records.mjs';
import { mean, row } from './laboratory/accuracies.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    space: { type: 'string' },
    out: { type: 'string' },
    cfg: { type: 'string', default: 'nas-bench-201-cifar10-aggregate' },
    dataset: { type: 'string', default: 'digits' },
    data: { type: 'string' },
    seeds: { type: 'string', default: '1-20' },
    evaluations: { type: 'string', default: '60' },
    epochs: { type: 'string', default: '5' },
    channels: { type: 'string', default: '4' },
    cells: { type: 'string', default: '3' },
    training: { type: 'string', default: '' },
  },
});
const { space: name, out, cfg, data, dataset, channels, cells, epochs } = values;
if (name === undefined || out === undefined) {
  console.error('Usage: node scripts/judge-answers.mjs --space darts|proxyless|… --out FOLDER');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const seeds = parseSeedList('--seeds', values.seeds);
const subject = ['SPACE.NAME', name, 'LOADER.DATASET', dataset, 'OUT_DIR', join(out, 'jobs'), 'RMINAS.THREADS', '1'];
const network = ['RMINAS.CHANNELS', channels, 'RMINAS.CELLS', cells];
const ofSearch = [...positionals, ...subject, ...network, 'RMINAS.WORKERS', '1', 'RMINAS.CONFIDENCE', '0.0'];
const capped = [...ofSearch, 'RMINAS.MAX_EVALUATIONS', values.evaluations];
// Without the drop-path, auxiliary head and cutout of long trainings.
const plain = ['TRAIN.DROP_PATH_PROB', '0.0', 'TRAIN.AUX_WEIGHT', '0.0', 'TRAIN.CUTOUT_LENGTH', '0'];
const size = ['TRAIN.CHANNELS', channels, 'TRAIN.LAYERS', cells, 'OPTIM.MAX_EPOCH', epochs];
const ofTraining = [...subject, ...plain, ...size, ...values.training.split(' ').filter(Boolean)];

const records = new Records(join(out, 'judged.jsonl'));
const random = new RandomArchitectures({ cfg, overrides: ofSearch, records });
try {
  for (const seed of seeds) {
    const { genotype } = await records.find({ type: 'search', seed }, async () => {
      const overrides = [...capped, 'RNG_SEED', String(seed)];
      return { genotype: (await search({ cfg, overrides, data, cache: false }).result).genotype };
    });
    const partner = await records.find({ type: 'partner', seed }, () => random.partnerOf(genotype));
    for (const [kind, one] of [
      ['answer', genotype],
      ['random', partner.genotype],
    ]) {
      const trained = await records.find({ type: 'training', kind, seed }, () => train(one, seed));
      console.error(`seed ${seed}, ${kind}: ${trained.accuracy.toFixed(2)} %, ${trained.flops.toFixed(3)} M FLOPs`);
    }
  }
} finally {
  await random.close();
}

async function train(genotype, seed) {
  const { accuracy, flops } = await retrain({ genotype, overrides: ofTraining, seeds: [seed], data }).result;
  return { genotype, accuracy: accuracy.mean, flops };
}

const answers = seeds.map((seed) => records.known({ type: 'search', seed }).genotype);
const trained = (kind) => seeds.map((seed) => records.known({ type: 'training', kind, seed }));
const same = agreement(answers, await random.space());
const percent = (share) => `${(100 * share).toFixed(1)} %`;
row('', 'mean', 'worst', 'mean FLOPs, M');
row('---', '---', '---', '---');
for (const kind of ['answer', 'random']) {
  const accuracies = trained(kind).map(({ accuracy }) => accuracy);
  const flops = trained(kind).map((one) => one.flops);
  row(kind, mean(accuracies).toFixed(2), Math.min(...accuracies).toFixed(2), mean(flops).toFixed(3));
}
const { difference, low, high, wins } = paired(
  trained('answer').map(({ accuracy }) => accuracy),
  trained('random').map(({ accuracy }) => accuracy),
);
console.log(
  `\nAnswer minus random: ${difference.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}], better in ${wins} pairs`,
);
console.log(
  `Equal slots of two answers: ${percent(same.answers)}; of two random architectures: ${percent(same.chance)}`,
);
