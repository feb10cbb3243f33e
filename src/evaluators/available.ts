import { MissingError } from '../errors.js';
import { mismatchStep } from '../installation/advice.js';
import type { ObjectiveChoice } from '../objectives/index.js';
import type { Available } from '../protocol/messages.js';
import type { Specification } from '../protocol/specification.js';

/** Names that a job will send to a sidecar. */
export interface NeededNames {
  readonly specification: Pick<Specification, 'space' | 'dataset' | 'images' | 'teacher'>;
  /** Names of proxies, with or without a step. */
  readonly proxies: readonly string[];
}

/**
 * Checks that a sidecar has everything that a job will name.
 * @param available null when the sidecar does not list what it has, since it has no workers
 * @throws MissingError `unavailable-name`
 */
export function checkAvailable(available: Available | null, { specification, proxies }: NeededNames): void {
  if (available === null) return;
  const { space, dataset, images, teacher } = specification;
  const needed: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['space', [space], available.spaces],
    ['data set', images === undefined ? [dataset] : [], available.datasets],
    ['teacher', teacher.own === undefined ? [teacher.architecture] : [], available.teachers],
    ['proxy', proxies.map((name) => name.replace(/@.*$/s, '')), available.proxies],
  ];
  for (const [kind, names, known] of needed) {
    const missing = names.find((name) => !known.includes(name));
    if (missing === undefined) continue;
    throw new MissingError(`The sidecar has no ${kind} ${missing}. It has ${known.join(', ')}.`, {
      code: 'unavailable-name',
      nextSteps: [
        mismatchStep(),
        `If a plugin adds the ${kind}, check that the plugin registers it each time that it is imported.`,
      ],
    });
  }
}

/** Names of the proxies that an objective measures. */
export function proxiesOf(objective: ObjectiveChoice): readonly string[] {
  switch (objective.kind) {
    case 'proxy':
      return [objective.proxy.name];
    case 'aggregate':
      return objective.proxies.map(({ name }) => name);
    case 'custom':
      return objective.objective.proxies;
    default:
      return [];
  }
}
