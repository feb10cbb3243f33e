/** What a planned search needs and the machine lacks. */
import { candidatesFor, locateImages, locateTeacher } from '../../assets/locate.js';
import { MissingError } from '../../errors.js';
import type { PlannedSearch } from '../search/plan.js';
import type { MissingThing } from './result.js';

/** Looks for the images and the teacher of a search. A search by a benchmark needs neither. */
export async function findMissing({ config, plan, data }: PlannedSearch): Promise<MissingThing[]> {
  const { specification, definitions, settings } = plan;
  if (settings.objective.kind === 'benchmark') return [];
  const places = { data: data ?? undefined };
  const { teacher } = definitions;
  const found = await Promise.all([
    whatIsMissing('data set', locateImages(specification.dataset, config, places)),
    teacher.own === undefined
      ? whatIsMissing('teacher', locateTeacher(teacher, candidatesFor(specification, config, places).teacher))
      : [],
  ]);
  return found.flat();
}

/** @throws any error but a MissingError */
export async function whatIsMissing(what: MissingThing['what'], work: Promise<unknown>): Promise<MissingThing[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return [{ what, message: error.message, nextSteps: [...error.nextSteps] }];
  }
}
