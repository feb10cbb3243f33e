// Compares answer rules on equal histories of searches that are replayed from tables, a regression forest among the rules.
// node scripts/compare-answers.mjs --table DIR … --cfg NAME --seeds N-N [--strategies NAME,…] [KEY VALUE …]
// It needs a build. The forest is scikit-learn's, grown by compare-answers.py.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findPython } from '../dist/sidecar/process/find-python.js';
import { createAnswering } from '../dist/strategies/answers/answering.js';
import { rankTargets } from '../dist/strategies/answers/target.js';
import { searchStatus } from '../dist/strategies/threshold.js';
import { accuracyOf, figuresOf, row } from './laboratory/accuracies.mjs';
import { plannedByArguments, searches } from './laboratory/searches.mjs';

const RULES = ['vote', 'weighted-vote', 'best', 'additive', 'pairwise'];

const USAGE = 'node scripts/compare-answers.mjs --table DIR … --cfg NAME [--seeds N-N] [--strategies NAME,…]';
const { plan } = await plannedByArguments(USAGE, { strategies: { type: 'string' } });

const ends = [];
for await (const { space, variant, seed, history } of searches(plan)) {
  const { settings } = variant.plan;
  const { parts, warmup, cap, thresholdRate } = settings;
  const { threshold } = searchStatus(history, { warmup, cap, thresholdRate, successesWanted: null });
  const answers = RULES.map((answer) => {
    const voting = createAnswering({
      name: variant.name,
      space,
      settings: { ...settings, answer, confidence: 0, seed },
      votes: true,
    });
    return [answer, space.canonical(voting.answer(history, threshold).encoding)];
  });
  const known = history.map(({ encoding }) => encoding);
  const targets = [...rankTargets(history, parts)];
  ends.push({ variant: variant.name, space, answers, request: { slots: space.slots, known, targets, seed } });
}

for (const [index, encoding] of (await forestAnswers(ends.map(({ request }) => request))).entries()) {
  const { answers, space } = ends[index];
  answers.push(['forest', space.canonical(encoding)]);
}
const [{ plan: first }] = plan.variants;
row('search', ...RULES, 'forest');
row(...Array(RULES.length + 2).fill('---'));
for (const { name } of plan.variants) {
  const own = ends.filter(({ variant }) => variant === name);
  const cells = [];
  for (const rule of [...RULES, 'forest']) {
    const accuracies = [];
    for (const { space, answers } of own) {
      const [, encoding] = answers.find(([one]) => one === rule);
      accuracies.push(await accuracyOf(first.specification.space, space.print(encoding)));
    }
    cells.push(figuresOf(accuracies));
  }
  row(`${name}, ${own.length}`, ...cells);
}

/** The architecture of the whole space that the forest of each history predicts to be best. */
async function forestAnswers(requests) {
  const script = join(import.meta.dirname, 'compare-answers.py');
  const input = requests.map((request) => JSON.stringify(request)).join('\n');
  const { stdout, status, stderr } = spawnSync(await findPython(), [script], {
    ...{ input, encoding: 'utf8', maxBuffer: 2 ** 28 },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
