/** Runs for the tests of the pages. */
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOfLoss, search } from '../../src/index.js';
import { createRandom } from '../../src/random/random.js';
import { evaluationSeed } from '../../src/search/recording.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { printLine, splitLine, sumOf } from '../../src/store/journal-line.js';
import { drawDistinct, take } from '../../src/strategies/draw.js';

/** A small real search that trains nothing, by the losses of a formula. */
export async function makeRun(folder: string, evaluations = 12): Promise<string> {
  const evaluator = {
    name: 'formula',
    capacity: 1,
    evaluate: async ({ genotype }: { genotype: string }) => outcomeOfLoss(1 + (genotype.length % 7) / 10),
  };
  const overrides = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '8', 'RMINAS.MAX_EVALUATIONS', `${evaluations}`];
  const { files } = await search({ cfg: 'quickstart', overrides, evaluator, folder }).result;
  return files.folder;
}

/** A copy of a run that was killed after some lines of its journal, which ends with a torn line. */
export function killedCopy(run: string, folder: string, lines = 14): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(run, 'config.yaml'), join(folder, 'config.yaml'));
  const kept = readFileSync(join(run, 'journal.jsonl'), 'utf8').split('\n').slice(0, lines);
  writeFileSync(join(folder, 'journal.jsonl'), `${kept.join('\n')}\n{"at":17,"entry":{"type":"eval`);
  return folder;
}

/** A copy of a run whose journal goes on: it can be written line by line, as a search does. */
export class GrowingRun {
  readonly folder: string;
  readonly #file: string;
  readonly #waiting: Generator<object, void>;
  #sum = '';

  /** @param curve losses of each evaluation */
  constructor(run: string, folder: string, { evaluations, curve = 3 }: { evaluations: number; curve?: number }) {
    this.folder = folder;
    this.#file = join(folder, 'journal.jsonl');
    mkdirSync(folder, { recursive: true });
    cpSync(join(run, 'config.yaml'), join(folder, 'config.yaml'));
    const [header = '', session = ''] = readFileSync(join(run, 'journal.jsonl'), 'utf8').split('\n');
    writeFileSync(this.#file, `${header}\n${session}\n`);
    for (const line of [header, session]) this.#sum = sumOf(this.#sum, splitLine(line).json);
    this.#waiting = entries(evaluations, curve);
  }

  /** Appends lines; by default all. @returns the number of evaluations among them */
  write(lines = Number.POSITIVE_INFINITY): number {
    const texts: string[] = [];
    let evaluated = 0;
    while (texts.length < lines) {
      const { value: entry, done } = this.#waiting.next();
      if (done) break;
      const { text, sum } = printLine({ at: Date.now(), entry }, this.#sum);
      this.#sum = sum;
      texts.push(text);
      if ('outcome' in entry) evaluated += 1;
    }
    appendFileSync(this.#file, texts.join(''));
    return evaluated;
  }
}

/** A warm-up of distinct architectures that are not isomorphic, each with its evaluation. */
function* entries(count: number, curve: number): Generator<object, void> {
  const drawn = take(drawDistinct(nasBench201, createRandom(1, 'warm-up', 0)), count);
  const texts = drawn.map((encoding) => nasBench201.print(encoding));
  yield { type: 'proposed', turn: 0, phase: 'warm-up', genotypes: texts };
  const done = new Set<string>();
  for (const [index, encoding] of drawn.entries()) {
    const genotype = nasBench201.print(nasBench201.canonical(encoding));
    if (done.has(genotype)) continue;
    done.add(genotype);
    const loss = 1 + 1 / (index + 1);
    const losses = Array.from({ length: curve }, (_, step) => loss + (curve - step) / 7);
    const evaluation = { loss, curve: losses, cka: [], crossEntropy: null, steps: curve, seconds: 0.5 };
    yield { type: 'evaluated', genotype, seed: evaluationSeed(1, genotype), outcome: { evaluation } };
  }
}

/** A run by a proxy: its journal has a warm-up with these values of the proxy, and it goes on. */
export function proxyRun(run: string, folder: string, proxy: string, values: readonly number[]): string {
  mkdirSync(folder, { recursive: true });
  const config = readFileSync(join(run, 'config.yaml'), 'utf8').replace(/OBJECTIVE: rmi\b/, `OBJECTIVE: ${proxy}`);
  writeFileSync(join(folder, 'config.yaml'), config);
  const [header = ''] = readFileSync(join(run, 'journal.jsonl'), 'utf8').split('\n');
  const { at, entry } = JSON.parse(splitLine(header).json);
  const { custom: _, ...own } = entry;
  const genotypes = take(drawDistinct(nasBench201, createRandom(1, 'warm-up', 0)), 50)
    .map((encoding) => nasBench201.print(nasBench201.canonical(encoding)))
    .slice(0, values.length);
  const evaluation = { loss: null, curve: [], cka: [], crossEntropy: null, steps: 0, seconds: 0.5 };
  const all = [
    { ...own, settings: { ...own.settings, 'RMINAS.OBJECTIVE': proxy } },
    { type: 'proposed', turn: 0, phase: 'warm-up', genotypes },
    ...genotypes.map((genotype, index) => {
      const outcome = { evaluation, parts: { [proxy]: values[index] } };
      return { type: 'evaluated', genotype, seed: evaluationSeed(1, genotype), outcome };
    }),
  ];
  let sum = '';
  for (const one of all) {
    const line = printLine({ at, entry: one }, sum);
    sum = line.sum;
    appendFileSync(join(folder, 'journal.jsonl'), line.text);
  }
  return folder;
}
