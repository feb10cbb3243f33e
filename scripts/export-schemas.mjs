// npm run schema: writes the JSON Schemas for Python and for users from the zod schemas. Tests compare them.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportSchema } from '../dist/protocol/schema.js';
import { exportResultSchema } from '../dist/result-schemas.js';

function write(path, schema) {
  writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), `${JSON.stringify(schema, null, 2)}\n`);
}

write('python/rminas_sidecar/protocol/schema.json', exportSchema());
write('docs/result.schema.json', exportResultSchema());
