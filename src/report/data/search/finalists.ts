/** The architectures of a search that deserve a dearer evaluation. */
import { UsageError } from '../../../errors.js';
import { pathOption } from '../../../installation/paths.js';
import { checkArgument, wholeNumberOption } from '../../../options.js';
import { bestByTarget } from '../../../strategies/answers/target.js';
import { readSearchRecords } from '../read.js';
import { scoredHistory } from './history.js';

/**
 * The best evaluated architectures of a search, by the rule of the answer `best-ranked`: by the sum of their ranks in the
 * parts of the objective, among everything that the search evaluated. Without parts, by the loss.
 *
 * @example
 * const genotypes = await finalists('exp/quickstart/nas-bench-201-digits-seed1', 5);
 * const { scores } = await score({ cfg: 'nas-bench-201-cifar10', data: './data', genotypes }).result;
 * @param most architectures; at least 1
 * @returns canonical genotypes, best first; fewer when the search has no more
 * @throws MissingError and UsageError as readRun(); UsageError `no-finalists` when the search has no score yet
 */
export async function finalists(folder: string, most: number): Promise<string[]> {
  const path = checkArgument('finalists()', 'folder', pathOption, folder);
  const count = checkArgument('finalists()', 'most', wholeNumberOption(1), most);
  const records = await readSearchRecords(path);
  const { entries, scored } = scoredHistory(records);
  const nameOf = (place: number) => entries[place]?.canonical as string;
  const genotypes = bestByTarget(scored, { parts: records.planned?.plan.settings.parts, most: count, nameOf });
  if (genotypes.length > 0) return genotypes;
  throw new UsageError(`${path} has no architecture with a score.`, {
    code: 'no-finalists',
    nextSteps: ['Name a search that has evaluated something.'],
  });
}
