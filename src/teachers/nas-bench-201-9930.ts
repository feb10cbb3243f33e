import { ORIGINAL_MIRROR } from '../definitions/asset.js';
import type { TeacherDefinition } from './definition.js';

export const nasBench201Teacher: TeacherDefinition = {
  name: 'nas-bench-201-9930',
  aliases: [],
  doc: 'Architecture 9930 of NAS-Bench-201 trained on ImageNet16-120.',
  asset: {
    title: 'architecture 9930 of NAS-Bench-201 trained on ImageNet16-120',
    places: [
      'teachers/009930-FULL.pth',
      '009930-FULL.pth',
      // As NATS-Bench publishes it.
      'teachers/009930.pickle.pbz2',
      '009930.pickle.pbz2',
      'NATS-tss-v1_0-3ffb9-full/009930.pickle.pbz2',
    ],
    files: [],
    download: null,
    instructions: [
      'It is 009930.pickle.pbz2 in the archive NATS-tss-v1_0-3ffb9-full that https://github.com/D-X-Y/NATS-Bench links; put it into <data folder>/teachers.',
      `009930-FULL.pth of NAS-Bench-201 is read too. It was at ${ORIGINAL_MIRROR}, which is gone.`,
    ],
  },
};
