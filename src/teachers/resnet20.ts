import type { TeacherDefinition } from './definition.js';

export const resnet20: TeacherDefinition = {
  name: 'resnet20',
  aliases: [],
  doc: 'ResNet-20 trained on CIFAR-10.',
  asset: {
    title: 'ResNet-20 trained on CIFAR-10',
    // The name that its author gave it, and the name in the original code.
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
};
