/** The flags of simulations: tables, variants, and the batches and seeds to simulate on. */
import { Flags } from '@oclif/core';
import { UsageError } from '../../errors.js';
import { asPath } from './flags.js';
import { parseSeedList } from './seeds.js';

const ofPart = { helpValue: '"batches=N seeds=N-N"' };

/** Takes one value per flag, so that KEY VALUE pairs may follow. */
const repeated = { multiple: true, multipleNonGreedy: true } as const;

export const variantFlags = {
  table: Flags.string({
    description: "a table's folder; may be repeated",
    helpValue: 'DIR',
    required: true,
    ...repeated,
    ...asPath,
  }),
  strategies: Flags.string({ description: 'strategies (default: RMINAS.STRATEGY)', helpValue: 'NAME,…' }),
  answers: Flags.string({ description: 'answer rules (default: RMINAS.ANSWER)', helpValue: 'NAME,…' }),
  variant: Flags.string({
    description: 'a further way to search; may be repeated',
    helpValue: '"NAME=KEY VALUE …"',
    ...repeated,
  }),
};

export const splitFlags = {
  seeds: Flags.string({ description: 'seeds of the searches, e.g. 1-100', helpValue: 'N-N', default: '1-10' }),
  batches: Flags.string({ description: 'seeds of the batches (default: all of the tables)', helpValue: 'N,…' }),
  'choose-on': Flags.string({ description: 'part to choose a variant on', ...ofPart, dependsOn: ['report-on'] }),
  'report-on': Flags.string({ description: 'part to report on, instead of --seeds and --batches', ...ofPart }),
};

export const measureFlag = Flags.integer({
  description: 'measure architectures that a table lacks, at most N of them on a batch each, and add them to it',
  helpValue: 'N',
});

interface ParsedPart {
  readonly batches: readonly number[] | null;
  readonly seeds: readonly number[];
  readonly architectures: 'all' | 'even' | 'odd';
}

/** The parts to choose on and to report on. @throws UsageError `invalid-part`, `invalid-seed` */
export function splitOf(flags: {
  readonly seeds: string;
  readonly batches?: string | undefined;
  readonly 'choose-on'?: string | undefined;
  readonly 'report-on'?: string | undefined;
}): { choose: ParsedPart | null; report: ParsedPart } {
  const { 'choose-on': choose, 'report-on': report } = flags;
  const plain: ParsedPart = {
    batches: flags.batches === undefined ? null : parseSeedList('--batches', flags.batches),
    seeds: parseSeedList('--seeds', flags.seeds),
    architectures: 'all',
  };
  return {
    choose: choose === undefined ? null : parsePart('--choose-on', choose),
    report: report === undefined ? plain : parsePart('--report-on', report),
  };
}

/**
 * Parses a part of tables: `batches=901,902 seeds=1-100 architectures=even`, in any order. Only the seeds are needed.
 * @throws UsageError `invalid-part`, `invalid-seed`
 */
export function parsePart(flag: string, text: string): ParsedPart {
  const words = new Map<string, string>();
  for (const word of text.trim().split(/\s+/)) {
    const [, name, value] = /^(batches|seeds|architectures)=(.+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined || words.has(name)) throw invalidPart(flag, word);
    words.set(name, value);
  }
  const batches = words.get('batches');
  const seeds = words.get('seeds');
  const half = (['all', 'even', 'odd'] as const).find((one) => one === (words.get('architectures') ?? 'all'));
  if (seeds === undefined || half === undefined) throw invalidPart(flag, text);
  return {
    batches: batches === undefined ? null : parseSeedList(flag, batches),
    seeds: parseSeedList(flag, seeds),
    architectures: half,
  };
}

function invalidPart(flag: string, text: string): UsageError {
  return new UsageError(`${flag} expects batches, seeds and architectures, got '${text}'.`, {
    code: 'invalid-part',
    nextSteps: [`Write ${flag} "batches=901,902 seeds=1-100", perhaps with architectures=even or architectures=odd.`],
  });
}
