/**
 * The parts of the documentation that are derived from definitions. Each stands between two comments:
 * `<!-- npm run docs: NAME -->` and `<!-- end of NAME -->`.
 */
import { BUILT_IN } from '../catalogue/built-in.js';
import { datasets, fetching, places, spaces } from './definitions.js';
import { oneShotKeys, oneShotMethods, ownKeys, retrainingKeys, searchKeys, sharedKeys } from './keys.js';
import { publishedDarts, publishedNasBench201 } from './published-tables.js';

const SECTIONS: Readonly<Record<string, () => string>> = {
  'shared keys': sharedKeys,
  'search keys': () => searchKeys(BUILT_IN),
  'own keys': () => ownKeys(BUILT_IN),
  'retraining keys': retrainingKeys,
  'one-shot keys': oneShotKeys,
  'one-shot methods': oneShotMethods,
  spaces: () => spaces(BUILT_IN),
  'data sets': () => datasets(BUILT_IN),
  places: () => places(BUILT_IN),
  fetching: () => fetching(BUILT_IN),
  'table nas-bench-201': publishedNasBench201,
  'table darts': publishedDarts,
};

/** The pages with derived parts. */
export const DERIVED_PAGES: readonly string[] = [
  'docs/configuration.md',
  'docs/assets.md',
  'docs/one-shot.md',
  'docs/tables.md',
];

/** The names of all derived parts. */
export const DERIVED_PARTS: readonly string[] = Object.keys(SECTIONS);

/**
 * The page with its derived parts as they should be.
 * @throws Error for a part that nothing derives, or whose end is missing.
 */
export function derive(page: string): string {
  const part = /<!-- npm run docs: ([^>]+) -->\n([\s\S]*?)\n?<!-- end of ([^>]+) -->/g;
  return page.replaceAll(part, (_, name: string, __, end: string) => {
    const section = SECTIONS[name];
    if (section === undefined || end !== name)
      throw new Error(`The derived part '${name}' (end of '${end}') is unknown.`);
    return `<!-- npm run docs: ${name} -->\n\n${section()}\n\n<!-- end of ${name} -->`;
  });
}
