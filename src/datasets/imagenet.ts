import type { DatasetDefinition } from './definition.js';

export const imagenet: DatasetDefinition = {
  name: 'imagenet',
  aliases: [],
  doc: 'ImageNet (ILSVRC 2012).',
  classes: 1000,
  resolution: 224,
  resizable: true,
  teacher: 'fbresnet152',
  asset: {
    title: 'ImageNet (ILSVRC 2012), the training images in one folder per class',
    places: [
      'imagenet',
      'ILSVRC2012',
      'ImageNet2012',
      'imagenet/ILSVRC2012',
      '.',
      // As Kaggle unpacks it.
      'ILSVRC/Data/CLS-LOC',
      'imagenet/ILSVRC/Data/CLS-LOC',
    ],
    files: [{ name: 'train/' }],
    download: null,
    instructions: [
      'Get ILSVRC2012_img_train.tar from https://image-net.org/download-images (with an account) and unpack it, one folder per class, into <data folder>/imagenet/train.',
    ],
  },
};
