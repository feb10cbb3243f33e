/** The report of a search: a pure function of what its folder holds. */
import { basename } from 'node:path';
import type { Block, ReportArchitecture, RunReport, Section } from '../schema.js';
import { accuracyBlocks } from './accuracy.js';
import { architecturesOf } from './architectures.js';
import { confidenceTable } from './confidence.js';
import { costBlocks } from './costs.js';
import { courseBlocks } from './course.js';
import { effectBlocks } from './effects.js';
import { historyOf, type SearchHistory } from './history.js';
import { importanceBlock } from './importances.js';
import { memoOf } from './memo.js';
import type { SearchRecords } from './records.js';
import { setupBlocks } from './setup.js';
import { slotNamesOf } from './slots.js';
import { voteBlocks } from './vote.js';
import { factsOf, paragraphsOf } from './words.js';

/** @throws UsageError when the journal's genotypes are not of the run's space */
export function searchReportOf(records: SearchRecords): RunReport {
  const history = historyOf(records);
  const architectures = architecturesOf(history, records.accuracies);
  const { folder, state, result, planned } = records;
  const objective = result?.objective ?? planned?.plan.settings.objective.kind ?? 'the objective';
  return {
    kind: 'search',
    name: basename(folder),
    folder,
    state,
    headline: result?.genotype ?? history.answer?.genotype ?? 'No architecture has been evaluated yet.',
    caption: result || history.answer?.final ? 'Found architecture' : 'Answer at this moment',
    paragraphs: paragraphsOf(records, history, architectures),
    facts: factsOf(records, history, architectures),
    pictures: picturesOf(records, history),
    sections: [
      section('search', 'The search', courseBlocks(architectures, history, objective)),
      section('why', 'Why this one', whyBlocks(records, history)),
      section('accuracy', 'Score and accuracy', accuracyOf(records, architectures)),
      section('cost', 'What it cost', costBlocks(architectures, records)),
      section('setup', 'Reproduce it', setupBlocks(records)),
    ].filter(({ blocks }) => blocks.length > 0),
    architectures,
  };
}

/** Every architecture, and the answer. The space of a script has no pictures. */
function picturesOf(
  { planned, lines }: SearchRecords,
  { space, entries, answer }: SearchHistory,
): RunReport['pictures'] {
  const memo = memoOf(lines);
  const definition = space === null ? undefined : planned?.plan.definitions.space;
  if (definition === undefined) return { ...memo.pool, answer: null, architectures: [] };
  const pack = (genotype: string) => memo.pack(genotype, (one) => definition.graphs(one));
  const packed = answer === null ? null : pack(answer.genotype);
  const architectures = entries.map(({ genotype }) => pack(genotype));
  return { ...memo.pool, answer: packed, architectures };
}

function section(id: string, title: string, blocks: Block[]): Section {
  return { id, title, blocks };
}

function whyBlocks({ planned, result }: SearchRecords, history: SearchHistory): Block[] {
  const { space, answer: found, entries } = history;
  if (space === null || planned === null || found === null) return [];
  const { settings } = planned.plan;
  const answer = space.parse(found.genotype);
  const names = slotNamesOf(space);
  const voters = found.voters.map(({ genotype }) => space.parse(genotype));
  const { 'RMINAS.VOTE': method } = settings.strategyValues as { 'RMINAS.VOTE'?: 'sum' | 'greedy' };
  const rules = { method: method ?? 'sum', edgeRank: settings.edgeRank };
  const ballot = { space, names, rules, seed: settings.seed, answer, voters };
  const sure = found.confidence;
  return [
    ...(sure === undefined ? [] : [confidenceTable(sure, { space, names, answer })]),
    ...(voters.length > 1 ? voteBlocks(ballot) : []),
    ...(result?.importances === undefined ? [] : [importanceBlock(result.importances, names)]),
    ...effectBlocks({ space, names, answer, entries }),
  ];
}

function accuracyOf({ accuracies, planned }: SearchRecords, architectures: readonly ReportArchitecture[]): Block[] {
  if (accuracies === undefined) return [];
  return accuracyBlocks(architectures, { series: accuracies.name, seed: planned?.plan.settings.seed ?? 0 });
}
