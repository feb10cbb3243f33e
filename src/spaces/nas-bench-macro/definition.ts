import type { PublishedRecipe } from '../../definitions/recipe.js';
import { defineSpace } from '../definition.js';
import { PLAIN_RECIPE } from '../recipes.js';
import { macroGraphs } from './graph.js';
import { nasBenchMacro } from './space.js';

const RECIPE: PublishedRecipe = {
  ...PLAIN_RECIPE,
  name: 'nas-bench-macro',
  source: "NAS-Bench-Macro's train.py",
  nesterov: false,
  epochs: 50,
};

export const nasBenchMacroDefinition = defineSpace({
  name: 'nas-bench-macro',
  aliases: ['nasbenchmacro'],
  doc: 'NAS-Bench-Macro (Su et al., 2021): one of three blocks in each of eight layers.',
  space: nasBenchMacro,
  graphs: macroGraphs,
  network: { channels: 32, cells: 8 },
  xnas: true,
  retraining: { recipe: () => RECIPE },
  benchmark: {
    name: 'nas-bench-macro',
    space: 'nas-bench-macro',
    size: 6_561,
    notation: /^[0-2]{8}$/,
    table: { folder: 'nas-bench-macro', extension: '.json' },
    tables: {
      'nas-bench-macro': {
        title: 'NAS-Bench-Macro on CIFAR-10',
        places: ['nas-bench-macro/nas-bench-macro_cifar10.json', 'nas-bench-macro_cifar10.json'],
        files: [],
        download: {
          url: 'https://raw.githubusercontent.com/xiusu/NAS-Bench-Macro/61a2bfc2ca0dce04d0997e6cf498047c27d6acf2/data/nas-bench-macro_cifar10.json',
          name: 'nas-bench-macro_cifar10.json',
          bytes: 1_178_821,
          sha256: '686dee8363cc21cca8c1f321ad5749454f2d9b9ca5972682e137e539bc522297',
        },
        instructions: [
          'It is data/nas-bench-macro_cifar10.json of https://github.com/xiusu/NAS-Bench-Macro; put it into <data folder>/nas-bench-macro.',
        ],
      },
    },
  },
});
