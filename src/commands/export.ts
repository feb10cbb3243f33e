import { Args, Flags } from '@oclif/core';
import { exportNetwork } from '../export/network/export-network.js';
import type { ExportResult } from '../export/network/result.js';
import { BaseCommand } from '../terminal/base-command.js';
import { parseFormats } from '../terminal/input/export-flags.js';
import * as input from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { describeExport } from '../terminal/tables/export.js';

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
    ...input.overrideArgs,
  };
  static override flags = {
    to: Flags.string({
      description: 'folder of the files; absent or empty',
      helpValue: 'DIR',
      required: true,
      ...input.asPath,
    }),
    formats: Flags.string({
      description: 'formats besides model.py: onnx, pt2, both separated by a comma, or none (default: onnx,pt2)',
      helpValue: 'LIST',
    }),
    weights: Flags.string({
      description: 'checkpoint of the weights of a genotype or of the answer of a search',
      helpValue: 'FILE',
      ...input.asPath,
    }),
    'trained-seed': Flags.integer({
      description: 'seed of the training whose weights are exported (default: the first of the retraining)',
      min: 0,
      helpValue: 'N',
    }),
    cfg: input.optionalConfigFlag,
    plugin: input.pluginFlag,
    python: input.pythonFlag,
    space: input.keyFlags.space,
  };

  override async run(): Promise<ExportResult> {
    const { flags, raw } = await this.parse(Export);
    const [network = '', ...pairs] = wordsOf(raw);
    const { to, weights, cfg, plugin: plugins, python, 'trained-seed': seed } = flags;
    const given = [...overridesOf(flags), ...pairs];
    const overrides = given.length > 0 ? given : undefined;
    const formats = parseFormats(flags.formats);
    const options = { network, to, formats, weights, seed, cfg, overrides, plugins, python };
    const result = await withInterrupt((signal) => exportNetwork({ ...options, signal }));
    this.log(describeExport(result));
    return result;
  }
}
