// Racing, on tables: an architecture that is not in the better half of all before it after k updates is trained no further.
// It keeps its values of that moment. How often does the final best tenth survive, and what becomes of the answer?
// node scripts/racing.mjs --table DIR … --cfg NAME --seeds N-N [--after K,K] [--answers] [KEY VALUE …]
// Without --answers only the survival in the whole table is printed, for tables that are too small for searches. It needs a build.
import { accuracyOf, figuresOf, mean, row } from './laboratory/accuracies.mjs';
import { RacedTable, survivalIn } from './laboratory/racing.mjs';
import { plannedByArguments, searches } from './laboratory/searches.mjs';

const USAGE = 'node scripts/racing.mjs --table DIR … --cfg NAME [--seeds N-N] [--after K,K] [--answers]';
const { values, plan } = await plannedByArguments(USAGE, {
  after: { type: 'string', default: '5' },
  answers: { type: 'boolean', default: false },
});
const [{ plan: search }] = plan.variants;
const { steps, space: benchmark } = search.specification;
const { parts } = search.settings;
const updates = values.after.split(',').map(Number);

row('halved after', 'share of the best tenth that survives: mean', 'worst batch', 'share of the updates');
row(...Array(4).fill('---'));
for (const after of updates) {
  const shares = plan.tables.flatMap((table) =>
    table.batches.map((batch) => survivalIn(table, batch, table.trained, { after, last: steps - 1, parts })),
  );
  const left = (1 + after / (steps - 1)) / 2;
  row(`${after} of ${steps - 1}`, mean(shares).toFixed(2), Math.min(...shares).toFixed(2), left.toFixed(2));
}

if (values.answers) {
  const whole = await ends(undefined);
  console.log();
  row(
    'halved after',
    'searches',
    'survives in the search: mean',
    'worst',
    'cost, 10⁹',
    'mean / median / 5 % / worst',
    'answers that differ',
  );
  row(...Array(7).fill('---'));
  await printRow('never', whole, whole);
  for (const after of updates) await printRow(`${after} of ${steps - 1}`, await ends(after), whole, after);
}

/** The ends of all searches, raced or not. */
async function ends(after) {
  const raced = (table, batch) => new RacedTable(table, batch, { after, last: steps - 1, parts });
  const tableOf = after === undefined ? undefined : raced;
  const found = [];
  for await (const { table, batch, seen, searched } of searches(plan, { tableOf })) {
    // The meter of a search counts all updates of each architecture.
    found.push({ ...searched, table, batch, flops: searched.cost.flops - (seen.saved ?? 0) });
  }
  return found;
}

/** @param after undefined without racing; otherwise the survival in the searches without racing is shown */
async function printRow(name, found, whole, after) {
  const race = { after, last: steps - 1, parts };
  const shares = after === undefined ? [1] : whole.map((one) => survivalIn(one.table, one.batch, canonical(one), race));
  const accuracies = [];
  for (const { genotype } of found) accuracies.push(await accuracyOf(benchmark, genotype));
  const changed = found.filter(({ genotype }, index) => genotype !== whole[index].genotype).length;
  const cost = mean(found.map(({ flops }) => flops / 1000));
  const survival = [mean(shares), Math.min(...shares)].map((share) => share.toFixed(2));
  row(
    name,
    found.length,
    ...survival,
    cost.toPrecision(4),
    figuresOf(accuracies),
    `${((100 * changed) / found.length).toFixed(0)} %`,
  );
}

/** The architectures that a search evaluated, in their canonical form. */
function canonical({ proposals }) {
  const { space } = search.definitions.space;
  return proposals.map((genotype) => space.print(space.canonical(space.parse(genotype))));
}
