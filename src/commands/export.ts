import { Args, Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { exportNetwork } from '../export/network/export-network.js';
import type { ExportResult } from '../export/network/result.js';
import { BaseCommand } from '../terminal/base-command.js';
import { parseFormats } from '../terminal/input/export-flags.js';
import {
  asPath,
  keyFlags,
  optionalConfigFlag,
  overridesOf,
  pluginFlag,
  pythonFlag,
  wordsOf,
} from '../terminal/input/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { describeExport } from '../terminal/tables/export.js';

const { space } = keyFlags;

export default class Export extends BaseCommand {
  static override summary = 'Write a network out as files that work without rminas.';
  static override description =
    `Exports the answer of a search, the network and the weights of a retraining, or a genotype. The folder gets model.py, which
imports only torch, weights.safetensors where there are trained weights, model.onnx, model.pt2 for torch.export,
genotype.json with the notations of other programs, and a model card.

Each file is compared with the network that it was written from. The size is that of the recipe of the space; KEY VALUE
pairs override it.`;
  static override examples = [
    '<%= config.bin %> export exp/retrain-nas-bench-201-digits --to model',
    '<%= config.bin %> export exp/quickstart/nas-bench-201-digits-seed1 --to model --formats pt2',
    '<%= config.bin %> export 12011201 --to model --formats none LOADER.DATASET digits',
  ];
  static override strict = false;
  static override args = {
    network: Args.string({ required: true, description: 'folder of a search or a retraining, or a genotype' }),
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = {
    to: Flags.string({
      description: 'folder of the files; absent or empty',
      helpValue: 'DIR',
      required: true,
      ...asPath,
    }),
    formats: Flags.string({
      description: 'formats besides model.py: onnx, pt2, both separated by a comma, or none (default: onnx,pt2)',
      helpValue: 'LIST',
    }),
    weights: Flags.string({
      description: 'checkpoint of the weights of a genotype or of the answer of a search',
      helpValue: 'FILE',
      ...asPath,
    }),
    'trained-seed': Flags.integer({
      description: 'seed of the training whose weights are exported (default: the first of the retraining)',
      min: 0,
      helpValue: 'N',
    }),
    cfg: optionalConfigFlag,
    plugin: pluginFlag,
    python: pythonFlag,
    space,
  };

  override async run(): Promise<ExportResult> {
    const { flags, raw } = await this.parse(Export);
    const [network, ...pairs] = wordsOf(raw);
    if (network === undefined) throw new UsageError('No network was named.', { code: 'missing-network' });
    const { to, weights, cfg, plugin: plugins, python, 'trained-seed': seed } = flags;
    const overrides = [...overridesOf(flags), ...pairs];
    const options = { network, to, weights, seed, cfg, plugins, python, formats: parseFormats(flags.formats) };
    const result = await withInterrupt((signal) =>
      exportNetwork({ ...options, ...(overrides.length > 0 && { overrides }), signal }),
    );
    this.log(describeExport(result));
    return result;
  }
}
