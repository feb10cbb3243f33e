import { unpackedPlaces } from '../definitions/asset.js';
import type { DatasetDefinition } from './definition.js';

export const cifar100: DatasetDefinition = {
  name: 'cifar100',
  aliases: [],
  doc: 'CIFAR-100 (Krizhevsky, 2009).',
  classes: 100,
  resolution: 32,
  resizable: false,
  teacher: 'resnet101',
  asset: {
    title: 'CIFAR-100, the Python or binary version',
    places: unpackedPlaces('cifar100', 'cifar-100-python', 'cifar-100-python'),
    files: [{ name: 'train', md5: '16019d7e3df5f24257cddd939b257f8d' }],
    heldOut: [{ name: 'test', md5: 'f0ef6b0ae62326f3e7ffdfab6717acfc' }],
    otherForms: [
      {
        archive: {
          name: 'cifar-100-binary.tar.gz',
          bytes: 168_513_733,
          md5: '03b5dce01913d631647c71ecec9e9cb8',
        },
        places: unpackedPlaces('cifar100', 'cifar-100-binary', 'cifar-100-binary'),
        files: [{ name: 'train.bin', bytes: 153_700_000 }],
        heldOut: [{ name: 'test.bin', bytes: 30_740_000 }],
      },
    ],
    readPacked: true,
    download: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz',
      name: 'cifar-100-python.tar.gz',
      bytes: 169_001_437,
      md5: 'eb9058c3a382ffc7106e4002c42a8d85',
      unpacksTo: 'cifar-100-python',
    },
    instructions: ['Download https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz into a data folder.'],
  },
};
