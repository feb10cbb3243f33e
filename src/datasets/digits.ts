import type { DatasetDefinition } from './definition.js';

export const digits: DatasetDefinition = {
  name: 'digits',
  aliases: [],
  doc: "scikit-learn's handwritten digits; they ship with rminas.",
  classes: 10,
  resolution: 8,
  resizable: false,
  teacher: 'digits-resnet',
  asset: null,
};
