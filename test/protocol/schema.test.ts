import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exportSchema } from '../../src/protocol/schema.js';

it('the schema of the sidecar equals the exported one', () => {
  const committed = readFileSync(new URL('../../python/rminas_sidecar/protocol/schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed), 'npm run schema writes it anew').toEqual(exportSchema());
});
