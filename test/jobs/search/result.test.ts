import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exportResultSchema } from '../../../src/result-schemas.js';

it('the documented schema of results is that of the code', () => {
  const committed = readFileSync(new URL('../../../docs/result.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed), 'npm run schema writes it anew').toEqual(exportResultSchema());
});
