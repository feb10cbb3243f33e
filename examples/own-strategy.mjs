// A strategy of your own, with a key of its own: node own-strategy.mjs [CONFIG] [KEY VALUE …]
import { createRandom, defineStrategy, search, wholeNumber } from 'rminas';

/** How often a random architecture is drawn before the space counts as exhausted. */
const MOST_DRAWS = 10_000;

/** Random architectures at first, then neighbours of the best one. */
const climb = defineStrategy({
  name: 'climb',
  aliases: [],
  doc: 'Hill climbing from the best of some random architectures.',
  keys: { 'CLIMB.EVALUATIONS': wholeNumber(12, { least: 1, most: 1000 }, 'Evaluations of the strategy climb.') },
  create({ space, seed }, { 'CLIMB.EVALUATIONS': cap }) {
    const best = (history) => history.reduce((one, other) => (other.loss < one.loss ? other : one));

    /** An architecture that is not in the history; undefined when none was found. */
    function propose(history) {
      // Everything random is a function of the seed and the history: a resumed search proposes the same again.
      const random = createRandom(seed, 'climb', history.length);
      const known = new Set(history.map(({ encoding }) => space.print(encoding)));
      const isNew = (encoding) => !known.has(space.print(encoding));
      const neighbours = history.length < 4 ? [] : space.neighbours(best(history).encoding).filter(isNew);
      if (neighbours.length > 0) return neighbours[random.below(neighbours.length)];
      for (let draw = 0; draw < MOST_DRAWS; draw += 1) {
        const encoding = space.sample(random);
        if (isNew(encoding)) return encoding;
      }
      return undefined;
    }

    return {
      name: 'climb',
      async ask(history) {
        if (history.length >= cap) return { kind: 'stop', reason: 'evaluation-cap' };
        const encoding = propose(history);
        if (encoding === undefined) return { kind: 'stop', reason: 'space-exhausted' };
        return { kind: 'evaluate', phase: 'guided', encodings: [encoding] };
      },
      // For progress reports. This strategy knows no threshold of good architectures.
      status: () => ({ threshold: null, thresholdNote: null, successes: 0, successesWanted: null, warmup: 0, cap }),
      // Every training runs to its end.
      bounds: () => [],
      answer(history) {
        const winner = best(history);
        return { encoding: winner.encoding, voters: [winner], note: 'The lowest loss of all.' };
      },
    };
  },
});

const [cfg = 'quickstart', ...overrides] = process.argv.slice(2);
const job = search({ cfg, overrides, strategy: climb });
for await (const event of job) {
  if (event.type === 'observed') console.error(event.genotype, event.loss.toFixed(4));
}
const { genotype, score } = await job.result;
console.log(JSON.stringify({ genotype, loss: score.loss }));
