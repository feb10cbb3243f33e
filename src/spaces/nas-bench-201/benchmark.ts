import type { BenchmarkDefinition } from '../../definitions/benchmark.js';

/** Of the checksums of these files only the first digits are published, in their names, without the algorithm. */
export const nasBench201Benchmark: BenchmarkDefinition = {
  name: 'nas-bench-201',
  space: 'nas-bench-201',
  size: 15_625,
  notation: /^\|/,
  table: { folder: 'nas-bench-201', extension: '.csv' },
  tables: {
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
      title: 'the topology space of NATS-Bench',
      places: ['nats-bench/NATS-tss-v1_0-3ffb9-simple', 'NATS-tss-v1_0-3ffb9-simple'],
      files: [{ name: 'meta.pickle.pbz2' }],
      download: null,
      instructions: [
        'Download NATS-tss-v1_0-3ffb9-simple.tar with a browser through the link at https://github.com/D-X-Y/NATS-Bench, and unpack it into <data folder>/nats-bench.',
      ],
    },
  },
};
