// npm run docs: writes the parts of the documentation that are derived from definitions. A test compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DERIVED_PAGES, derive } from '../dist/documentation/index.js';

for (const page of DERIVED_PAGES) {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  writeFileSync(path, derive(readFileSync(path, 'utf8')));
}
