import { expect, it } from 'vitest';
import type { TeacherTrainingResult } from '../../src/jobs/teacher/train.js';
import { describeTeacherTraining } from '../../src/terminal/tables/teacher.js';

it('quotes the folder of a teacher in the flag that uses it', () => {
  const teacher = {
    teacher: 'resnet20',
    classes: 10,
    accuracy: 90,
    epochs: 1,
    dataset: 'digits',
    seed: 1,
    parameters: 1,
  };
  const cost = { seconds: 1, secondsPerEpoch: 1 };
  const result = { teacher, trainImages: 1, testImages: 1, cost, files: { folder: '/my teachers/one' }, notes: [] };
  const text = describeTeacherTraining(result as unknown as TeacherTrainingResult);
  expect(text).toContain("--teacher '/my teachers/one'");
});
