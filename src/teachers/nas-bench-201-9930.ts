import { ORIGINAL_MIRROR } from '../definitions/asset.js';
import type { TeacherDefinition } from './definition.js';

export const nasBench201Teacher: TeacherDefinition = {
  name: 'nas-bench-201-9930',
  aliases: [],
  doc: 'Architecture 9930 of NAS-Bench-201 trained on ImageNet16-120.',
  asset: {
    title: 'architecture 9930 of NAS-Bench-201 trained on ImageNet16-120',
    places: ['teachers/009930-FULL.pth', '009930-FULL.pth'],
    files: [],
    download: null,
    instructions: [
      `It was at ${ORIGINAL_MIRROR}/009930-FULL.pth, which is gone. It is one file of the archive of trained weights that https://github.com/D-X-Y/NAS-Bench-201 links; put it into <data folder>/teachers.`,
    ],
  },
};
