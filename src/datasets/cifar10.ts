import { unpackedPlaces } from '../definitions/asset.js';
import type { DatasetDefinition } from './definition.js';

export const cifar10: DatasetDefinition = {
  name: 'cifar10',
  aliases: [],
  doc: 'CIFAR-10 (Krizhevsky, 2009).',
  classes: 10,
  resolution: 32,
  resizable: false,
  teacher: 'resnet20',
  asset: {
    title: 'CIFAR-10, the Python or binary version',
    places: unpackedPlaces('cifar10', 'cifar-10-batches-py', 'cifar-10-python'),
    files: [
      { name: 'data_batch_1', md5: 'c99cafc152244af753f735de768cd75f' },
      { name: 'data_batch_2', md5: 'd4bba439e000b95fd0a9bffe97cbabec' },
      { name: 'data_batch_3', md5: '54ebc095f3ab1f0389bbae665268c751' },
      { name: 'data_batch_4', md5: '634d18415352ddfa80567beed471001a' },
      { name: 'data_batch_5', md5: '482c414d41f54cd18b22e5b47cb7c3cb' },
    ],
    heldOut: [{ name: 'test_batch', md5: '40351d587109b95175f43aff81a1287e' }],
    otherForms: [
      {
        archive: {
          name: 'cifar-10-binary.tar.gz',
          bytes: 170_052_171,
          md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        },
        places: unpackedPlaces('cifar10', 'cifar-10-batches-bin', 'cifar-10-binary'),
        files: [
          { name: 'data_batch_1.bin', bytes: 30_730_000 },
          { name: 'data_batch_2.bin', bytes: 30_730_000 },
          { name: 'data_batch_3.bin', bytes: 30_730_000 },
          { name: 'data_batch_4.bin', bytes: 30_730_000 },
          { name: 'data_batch_5.bin', bytes: 30_730_000 },
        ],
        heldOut: [{ name: 'test_batch.bin', bytes: 30_730_000 }],
      },
    ],
    readPacked: true,
    download: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz',
      name: 'cifar-10-python.tar.gz',
      bytes: 170_498_071,
      md5: 'c58f30108f718f92721af3b95e74349a',
      unpacksTo: 'cifar-10-batches-py',
    },
    instructions: ['Download https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz into a data folder.'],
  },
};
