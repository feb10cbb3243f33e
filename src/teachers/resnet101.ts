import { ORIGINAL_MIRROR } from '../definitions/asset.js';
import type { TeacherDefinition } from './definition.js';

export const resnet101: TeacherDefinition = {
  name: 'resnet101',
  aliases: [],
  doc: 'ResNet-101 trained on CIFAR-100.',
  asset: {
    title: 'ResNet-101 trained on CIFAR-100',
    places: ['teachers/resnet101.pth', 'resnet101.pth'],
    files: [],
    download: null,
    instructions: [
      `It was at ${ORIGINAL_MIRROR}/resnet101.pth, which is gone. It is the resnet101 of https://github.com/weiaicunzai/pytorch-cifar100: train it there and put its state dict into <data folder>/teachers/resnet101.pth.`,
    ],
  },
};
