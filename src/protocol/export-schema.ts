/** Writes the JSON Schema of the messages for the sidecar: `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportSchema } from './schema.js';

writeFileSync(
  fileURLToPath(new URL('../../python/rminas_sidecar/protocol/schema.json', import.meta.url)),
  `${JSON.stringify(exportSchema(), null, 2)}\n`,
);
