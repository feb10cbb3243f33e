/** Why the answer won: the votes for each slot, their margins, and how often resampled voters would agree. */
import type { HeatmapChart } from '../../../charts/chart.js';
import type { Encoding, SlotNames, Space, VoteRules } from '../../../spaces/space.js';
import { countVotes } from '../../../spaces/vote.js';
import { resample } from '../../../statistics/bootstrap.js';
import type { Block } from '../schema.js';

const RESAMPLES = 500;

export interface Ballot {
  readonly space: Space;
  readonly names: SlotNames;
  readonly rules: VoteRules;
  /** The run's seed: equal runs give equal reports. */
  readonly seed: number;
  readonly answer: Encoding;
  readonly voters: readonly Encoding[];
}

export function voteBlocks(ballot: Ballot): Block[] {
  const { voters } = ballot;
  const stability = stabilityOf(ballot);
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return [
    {
      type: 'chart',
      id: 'votes',
      chart: voteChart(ballot),
      text: `Each of the ${voters.length} voters votes with its own operation in each slot. The answer's operations are framed.`,
    },
    {
      type: 'text',
      text:
        `With other voters drawn from these ${voters.length}, with replacement, the whole answer would be the same in ` +
        `${percent(stability.whole)} of ${RESAMPLES} draws.`,
    },
    { type: 'table', title: 'How clear the choice of each slot is', table: marginTable(ballot, stability) },
  ];
}

function votesOf({ space, voters }: Ballot): number[][] {
  return space.slots.map((categories, slot) => countVotes(voters, slot, categories));
}

function voteChart(ballot: Ballot): HeatmapChart {
  const { names, answer } = ballot;
  const columns = [...new Set(names.categories.flat())];
  const votes = votesOf(ballot);
  return {
    kind: 'heatmap',
    title: 'Votes for each operation in each slot',
    measure: 'votes',
    rows: [...names.slots],
    columns,
    values: names.categories.map((own, slot) =>
      columns.map((column) => {
        const category = own.indexOf(column);
        return category < 0 ? null : (votes[slot]?.[category] ?? 0);
      }),
    ),
    chosen: names.categories.map((own, slot) => Math.max(0, columns.indexOf(own[answer[slot] ?? 0] ?? ''))),
  };
}

interface Stability {
  /** Share of the draws with the same answer, and with the same operation in each slot. */
  readonly whole: number;
  readonly slots: readonly number[];
}

/** Votes of voters that are drawn with replacement. Isomorphic answers count as the same. */
function stabilityOf({ space, voters, rules, seed, answer }: Ballot): Stability {
  const draws = resample(voters.length, RESAMPLES, seed);
  const key = (encoding: Encoding) => space.canonical(encoding).join();
  const slots = space.slots.map(() => 0);
  let whole = 0;
  for (const draw of draws) {
    const elected = space.vote(
      Array.from(draw, (place) => voters[place] ?? answer),
      rules,
    );
    if (key(elected) === key(answer)) whole += 1;
    for (const slot of slots.keys()) if (elected[slot] === answer[slot]) slots[slot] = (slots[slot] ?? 0) + 1;
  }
  return { whole: whole / draws.length, slots: slots.map((count) => count / draws.length) };
}

function marginTable(ballot: Ballot, stability: Stability) {
  const { names, answer } = ballot;
  const votes = votesOf(ballot);
  const columns = ['slot', 'choice', 'votes', 'next', 'votes of the next', 'margin', 'same in resamples, %'];
  return {
    columns: columns.map((label, index) => ({ label, numeric: index === 2 || index >= 4 })),
    rows: names.slots.map((name, slot) => {
      const own = answer[slot] ?? 0;
      const counts = votes[slot] ?? [];
      const next = counts.reduce((best, count, category) => {
        if (category === own) return best;
        return best < 0 || count > (counts[best] ?? 0) ? category : best;
      }, -1);
      const nameOf = (category: number) => names.categories[slot]?.[category] ?? '';
      const [mine, others] = [counts[own] ?? 0, counts[next] ?? 0];
      const same = Number((100 * (stability.slots[slot] ?? 0)).toFixed(1));
      return { cells: [name, nameOf(own), mine, nameOf(next), others, mine - others, same] };
    }),
  };
}
