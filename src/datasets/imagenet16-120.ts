import type { DatasetDefinition } from './definition.js';

export const imagenet16: DatasetDefinition = {
  name: 'imagenet16-120',
  // The loader of XNAS uses the first name and its search uses the second.
  aliases: ['imagenet16', 'imagenet16_120'],
  doc: 'The first 120 classes of ImageNet at 16 x 16 pixels, as NAS-Bench-201 uses them.',
  classes: 120,
  resolution: 16,
  resizable: false,
  teacher: 'nas-bench-201-9930',
  asset: {
    title: 'ImageNet at 16 x 16 pixels, of which the first 120 classes are read',
    places: ['ImageNet16', 'imagenet16', '.', 'ImageNet16/ImageNet16'],
    files: [
      { name: 'train_data_batch_1', md5: '27846dcaa50de8e21a7d1a35f30f0e91' },
      { name: 'train_data_batch_2', md5: 'c7254a054e0e795c69120a5727050e3f' },
      { name: 'train_data_batch_3', md5: '4333d3df2e5ffb114b05d2ffc19b1e87' },
      { name: 'train_data_batch_4', md5: '1620cdf193304f4a92677b695d70d10f' },
      { name: 'train_data_batch_5', md5: '348b3c2fdbb3940c4e9e834affd3b18d' },
      { name: 'train_data_batch_6', md5: '6e765307c242a1b3d7d5ef9139b48945' },
      { name: 'train_data_batch_7', md5: '564926d8cbf8fc4818ba23d2faac7564' },
      { name: 'train_data_batch_8', md5: 'f4755871f718ccb653440b9dd0ebac66' },
      { name: 'train_data_batch_9', md5: 'bb6dd660c38c58552125b1a92f86b5d4' },
      { name: 'train_data_batch_10', md5: '8f03f34ac4b42271a294f91bf480f29b' },
    ],
    heldOut: [{ name: 'val_data', md5: '3410e3017fdaefba8d5073aaa65e4bd6' }],
    download: null,
    instructions: [
      'Get the 16 x 16 batches from https://image-net.org/download-images (with an account) or from the data folder that https://github.com/D-X-Y/NAS-Bench-201 links, and put them into <data folder>/ImageNet16.',
    ],
  },
};
