import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The page that has the text of an example, and the name of its language there. */
function pageOf(name: string): string {
  if (/-space\.yaml$|_space\.py$/.test(name)) return 'docs/your-space.md';
  if (name === 'open-network.mjs') return 'docs/scripting.md';
  return /_teacher\.py$/.test(name) ? 'docs/your-teacher.md' : 'docs/extending.md';
}
const LANGUAGES: Readonly<Record<string, string>> = { '.py': 'python', '.mjs': 'js', '.yaml': 'yaml' };

it.each([
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
])('the commands of %s name shipped configurations, which a project has by name only', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  expect(text.match(/(?:--cfg |--also \w+=|cfg: '|config show )configs\/\S+/g)).toBeNull();
});

/** test/e2e/plugins.test.ts, test/e2e/own-space.test.ts and test/export/open-network.test.ts run them. */
const EXAMPLES = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isFile());

it.each(EXAMPLES.map(({ name }) => [name, pageOf(name)]))('the text of examples/%s is in %s', (name, page) => {
  const text = readFileSync(join(root, 'examples', name), 'utf8');
  expect(readFileSync(join(root, page), 'utf8')).toContain(`\`\`\`${LANGUAGES[extname(name)]}\n${text}\`\`\`\n`);
});
