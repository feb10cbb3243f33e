import type { TeacherDefinition } from './definition.js';

export const digitsResnet: TeacherDefinition = {
  name: 'digits-resnet',
  aliases: [],
  doc: 'A small ResNet trained on the digits; it ships with rminas.',
  asset: null,
};
