import type { TeacherDefinition } from './definition.js';

export const fbresnet152: TeacherDefinition = {
  name: 'fbresnet152',
  aliases: [],
  doc: "Facebook's ResNet-152 trained on ImageNet.",
  asset: {
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
