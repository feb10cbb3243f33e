import { Args, Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import type { SearchResult } from '../jobs/search/result.js';
import { type SearchOptions, search } from '../jobs/search/search.js';
import { BaseCommand } from '../terminal/base-command.js';
import { dataFlag, keyFlags, noCacheFlag, overridesOf, pythonFlag, wordsOf } from '../terminal/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { showRun } from '../terminal/reporter.js';
import { describeResult } from '../terminal/summary.js';

export default class Search extends BaseCommand {
  static override summary = 'Search for an architecture.';
  static override description =
    `Trains candidates on one batch, ranks them by representation mutual information with a teacher,
lets a random forest propose the next ones, and has the best of them vote.

The configuration file is XNAS's or the RMI-NAS archive's; KEY VALUE pairs behind the flags override it, as in XNAS.`;
  static override examples = [
    '<%= config.bin %> search --cfg configs/quickstart.yaml --verify 2',
    '<%= config.bin %> search --cfg rminas_nasbench201_cifar10.yaml --data ./data RMINAS.RF_WARMUP 24 RMINAS.RF_SUCC 6',
    '<%= config.bin %> search --cfg rminas_nasbench201_cifar10.yaml --profile corrected --workers 2 --json > result.json',
    '<%= config.bin %> search --resume exp/rminas/nas-bench-201-cifar10-seed1',
  ];
  static override strict = false;
  static override args = {
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = {
    cfg: Flags.string({ description: 'configuration file, in the form of XNAS or the archive', helpValue: 'FILE' }),
    resume: Flags.string({ description: 'go on with the interrupted run in this folder', helpValue: 'DIR' }),
    data: dataFlag,
    python: pythonFlag,
    'no-cache': noCacheFlag,
    verify: Flags.integer({
      description: 'train the found architecture and this many random ones properly, and compare them',
      min: 0,
      helpValue: 'K',
    }),
    'verify-epochs': Flags.integer({ description: 'epochs of those trainings (default: 10)', min: 1, helpValue: 'N' }),
    ...keyFlags,
  };

  override async run(): Promise<SearchResult> {
    const { flags, raw } = await this.parse(Search);
    const options = chooseRun(flags, [...overridesOf(flags), ...wordsOf(raw)]);
    const common = { python: flags.python, cache: !flags['no-cache'] };
    const result = await withInterrupt((signal) => showRun(search({ ...options, ...common, signal })));
    this.log(describeResult(result));
    return result;
  }
}

type RunFlags = Partial<Record<'cfg' | 'resume' | 'data', string>> & { verify?: number; 'verify-epochs'?: number };

function chooseRun(
  flags: { [Name in keyof RunFlags]: RunFlags[Name] | undefined },
  overrides: string[],
): SearchOptions {
  const { cfg, resume, data, verify } = flags;
  if (resume !== undefined) {
    if (cfg === undefined && overrides.length === 0) return { resume, data };
    throw new UsageError(`A resumed run keeps its configuration, so ${cfg ? '--cfg' : overrides[0]} cannot be given.`, {
      code: 'resume-with-configuration',
      nextSteps: ['Leave it out, or start a new run without --resume.'],
    });
  }
  if (cfg !== undefined) return { cfg, overrides, data, verify, verifyEpochs: flags['verify-epochs'] };
  throw new UsageError('Neither --cfg nor --resume was given.', {
    code: 'missing-configuration',
    nextSteps: ['Name a configuration file: rminas search --cfg configs/quickstart.yaml'],
  });
}
