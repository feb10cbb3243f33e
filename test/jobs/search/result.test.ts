import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exportResultSchema } from '../../../src/result-schemas.js';

it('the schema of results in the documentation is the one that the code answers by', () => {
  const committed = readFileSync(new URL('../../../docs/result.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed), 'npm run schema writes it anew').toEqual(exportResultSchema());
});
