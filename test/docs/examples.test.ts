import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/extending.md'), 'utf8');

/** test/e2e/plugins.test.ts runs them. */
it.each(readdirSync(join(root, 'examples')))('docs/extending.md has the text of examples/%s', (name) => {
  const text = readFileSync(join(root, 'examples', name), 'utf8');
  expect(page).toContain(`\`\`\`${name.endsWith('.py') ? 'python' : 'js'}\n${text}\`\`\`\n`);
});
