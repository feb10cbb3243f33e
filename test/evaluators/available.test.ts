import { describe, expect, it } from 'vitest';
import { checkAvailable } from '../../src/evaluators/available.js';

const available = { spaces: ['toy'], datasets: ['images'], teachers: ['teacher'], proxies: ['rmi', 'synflow'] };
const specification = { space: 'toy', dataset: 'images', teacher: { architecture: 'teacher', mode: 'eval' } } as const;

describe('the names that a sidecar has', () => {
  it('suffice for a job that names them, also with steps', () => {
    checkAvailable(available, { specification, proxies: ['rmi@50', 'synflow'] });
  });

  it('are not checked for a sidecar without workers', () => {
    checkAvailable(null, { specification: { ...specification, space: 'other' }, proxies: [] });
  });

  it.each([
    [{ specification: { ...specification, space: 'mb' }, proxies: [] }, 'The sidecar has no space mb.'],
    [{ specification: { ...specification, dataset: 'digits' }, proxies: [] }, 'The sidecar has no data set digits.'],
    [
      {
        specification: { ...specification, teacher: { architecture: 'resnet20', mode: 'eval' } as const },
        proxies: [],
      },
      'The sidecar has no teacher resnet20.',
    ],
    [{ specification, proxies: ['zico@3'] }, 'The sidecar has no proxy zico.'],
  ])('are named when one is missing: %#', (needed, message) => {
    expect(() => checkAvailable(available, needed)).toThrow(message);
    expect(() => checkAvailable(available, needed)).toThrow(expect.objectContaining({ code: 'unavailable-name' }));
  });
});
