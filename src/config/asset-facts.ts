/**
 * What is known of the files that searches need: one table for where they are looked for, for what an error says, and
 * for `rminas assets`. Sums are those that the files' publishers, or the originals' loaders, check.
 */
import type { DatasetName, TeacherName } from '../protocol/specification.js';

/** A file as its publisher made it. What is unknown is left out. */
export interface KnownFile {
  readonly name: string;
  readonly bytes?: number;
  readonly md5?: string;
  /** In hexadecimal, or its first digits, as PyTorch's file names have them. */
  readonly sha256?: string;
}

/** Where an asset is published. */
export interface Download extends KnownFile {
  readonly url: string;
  /** Folder that unpacking it makes; left out for a file that is the asset itself. */
  readonly unpacksTo?: string;
}

export interface AssetFacts {
  readonly title: string;
  /**
   * Where it is looked for in each data folder, in this order; the first is where `rminas assets fetch` puts it. Of a
   * data set: its folder, `.` for the data folder itself. Of a teacher: its checkpoint. Of a benchmark: its table.
   */
  readonly places: readonly string[];
  /** Of a data set: any one of these shows that a folder is the right one; a directory's name ends in a slash. */
  readonly files: readonly KnownFile[];
  /** Of a data set: what belongs to it and a search does not read. */
  readonly heldOut?: readonly KnownFile[];
  /** Null where it cannot be fetched by a program. */
  readonly download: Download | null;
  /** How a person gets it. */
  readonly instructions: readonly string[];
}

/** Data sets and teachers that do not ship with the sidecar. */
export type FetchedDataset = Exclude<DatasetName, 'digits'>;
export type FetchedTeacher = Exclude<TeacherName, 'digits-resnet'>;
/** Published tables of trained accuracies, which `rminas benchmark import` reads. */
export type PublishedTable = 'nas-bench-201-v1_0' | 'nas-bench-201-v1_1' | 'nats-bench-tss' | 'nas-bench-macro';

/** Of the RMI-NAS archive and of XNAS; the host no longer answers. */
const ORIGINAL_MIRROR = 'http://cdn.thrase.cn/rmi';

export const DATASET_ASSETS: Readonly<Record<FetchedDataset, AssetFacts>> = {
  cifar10: {
    title: 'CIFAR-10, the Python version',
    places: ['cifar-10-batches-py', 'cifar10/cifar-10-batches-py', '.'],
    files: [
      { name: 'data_batch_1', md5: 'c99cafc152244af753f735de768cd75f' },
      { name: 'data_batch_2', md5: 'd4bba439e000b95fd0a9bffe97cbabec' },
      { name: 'data_batch_3', md5: '54ebc095f3ab1f0389bbae665268c751' },
      { name: 'data_batch_4', md5: '634d18415352ddfa80567beed471001a' },
      { name: 'data_batch_5', md5: '482c414d41f54cd18b22e5b47cb7c3cb' },
    ],
    heldOut: [{ name: 'test_batch', md5: '40351d587109b95175f43aff81a1287e' }],
    download: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz',
      name: 'cifar-10-python.tar.gz',
      bytes: 170_498_071,
      md5: 'c58f30108f718f92721af3b95e74349a',
      unpacksTo: 'cifar-10-batches-py',
    },
    instructions: [
      'Download https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz and unpack it into a data folder.',
    ],
  },
  cifar100: {
    title: 'CIFAR-100, the Python version',
    places: ['cifar-100-python', 'cifar100/cifar-100-python', '.'],
    files: [{ name: 'train', md5: '16019d7e3df5f24257cddd939b257f8d' }],
    heldOut: [{ name: 'test', md5: 'f0ef6b0ae62326f3e7ffdfab6717acfc' }],
    download: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz',
      name: 'cifar-100-python.tar.gz',
      bytes: 169_001_437,
      md5: 'eb9058c3a382ffc7106e4002c42a8d85',
      unpacksTo: 'cifar-100-python',
    },
    instructions: [
      'Download https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz and unpack it into a data folder.',
    ],
  },
  'imagenet16-120': {
    title: 'ImageNet at 16 x 16 pixels, of which the first 120 classes are read',
    places: ['ImageNet16', 'imagenet16', '.'],
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
  imagenet: {
    title: 'ImageNet (ILSVRC 2012), the training images in a folder a class',
    places: ['imagenet', 'ILSVRC2012', 'ImageNet2012', 'imagenet/ILSVRC2012', '.'],
    files: [{ name: 'train/' }],
    download: null,
    instructions: [
      'Get ILSVRC2012_img_train.tar from https://image-net.org/download-images (with an account) and unpack it, a folder a class, into <data folder>/imagenet/train.',
    ],
  },
};

export const TEACHER_ASSETS: Readonly<Record<FetchedTeacher, AssetFacts>> = {
  resnet20: {
    title: 'ResNet-20 trained on CIFAR-10',
    // Under the names of its author and of the originals.
    places: ['teachers/resnet20-12fca82f.th', 'teachers/resnet20.th', 'resnet20.th'],
    files: [],
    download: {
      url: 'https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/resnet20-12fca82f.th',
      name: 'resnet20-12fca82f.th',
      bytes: 1_099_231,
      sha256: '12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8',
    },
    instructions: [
      'It is at https://github.com/akamaster/pytorch_resnet_cifar10 (pretrained_models/resnet20-12fca82f.th); put it into <data folder>/teachers.',
    ],
  },
  resnet101: {
    title: 'ResNet-101 trained on CIFAR-100',
    places: ['teachers/resnet101.pth', 'resnet101.pth'],
    files: [],
    download: null,
    instructions: [
      `It was at ${ORIGINAL_MIRROR}/resnet101.pth, which is gone. It is the resnet101 of https://github.com/weiaicunzai/pytorch-cifar100: train it there and put its state dict into <data folder>/teachers/resnet101.pth.`,
    ],
  },
  'nas-bench-201-9930': {
    title: 'architecture 9930 of NAS-Bench-201 trained on ImageNet16-120',
    places: ['teachers/009930-FULL.pth', '009930-FULL.pth'],
    files: [],
    download: null,
    instructions: [
      `It was at ${ORIGINAL_MIRROR}/009930-FULL.pth, which is gone. It is one file of the archive of trained weights that https://github.com/D-X-Y/NAS-Bench-201 links; put it into <data folder>/teachers.`,
    ],
  },
  fbresnet152: {
    title: "Facebook's ResNet-152 trained on ImageNet",
    places: [
      'teachers/fbresnet152-2e20f6b4.pth',
      'teachers/fbresnet152.pth',
      'fbresnet152-2e20f6b4.pth',
      'fbresnet152.pth',
    ],
    files: [],
    download: {
      url: 'http://data.lip6.fr/cadene/pretrainedmodels/fbresnet152-2e20f6b4.pth',
      name: 'fbresnet152-2e20f6b4.pth',
      sha256: '2e20f6b4',
    },
    instructions: [
      'It is at http://data.lip6.fr/cadene/pretrainedmodels/fbresnet152-2e20f6b4.pth; put it into <data folder>/teachers.',
    ],
  },
};

/** Of NAS-Bench-201's files the last digits of an unnamed sum are published, in their names, and no whole sum. */
export const BENCHMARK_ASSETS: Readonly<Record<PublishedTable, AssetFacts>> = {
  'nas-bench-201-v1_0': {
    title: 'NAS-Bench-201 1.0, which the RMI-NAS archive reads',
    places: ['nas-bench-201/NAS-Bench-201-v1_0-e61699.pth', 'NAS-Bench-201-v1_0-e61699.pth'],
    files: [],
    download: null,
    instructions: [
      'Download NAS-Bench-201-v1_0-e61699.pth (2.2 GB) with a browser from https://drive.google.com/open?id=1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs and put it into <data folder>/nas-bench-201.',
    ],
  },
  'nas-bench-201-v1_1': {
    title: 'NAS-Bench-201 1.1, with more trials',
    places: ['nas-bench-201/NAS-Bench-201-v1_1-096897.pth', 'NAS-Bench-201-v1_1-096897.pth'],
    files: [],
    download: null,
    instructions: [
      'Download NAS-Bench-201-v1_1-096897.pth (4.7 GB) with a browser from https://drive.google.com/open?id=16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_ and put it into <data folder>/nas-bench-201.',
    ],
  },
  'nats-bench-tss': {
    title: "NATS-Bench's topology space",
    places: ['nats-bench/NATS-tss-v1_0-3ffb9-simple', 'NATS-tss-v1_0-3ffb9-simple'],
    files: [{ name: 'meta.pickle.pbz2' }],
    download: null,
    instructions: [
      'Download NATS-tss-v1_0-3ffb9-simple.tar with a browser from where https://github.com/D-X-Y/NATS-Bench links it, and unpack it into <data folder>/nats-bench.',
    ],
  },
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
};
