import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../support/run-cli.js';

const folder = join(ROOT, 'dist/cli');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));

describe('the bundled commands', () => {
  it('are all commands', () => {
    const sources = readdirSync(join(ROOT, 'src/commands'), { recursive: true, encoding: 'utf8' });
    const commands = sources.filter((file) => file.endsWith('.ts')).map((file) => file.replace(/ts$/, 'js'));
    expect(files).toEqual(expect.arrayContaining(commands.map((file) => join('commands', file))));
  });

  it('import only each other, Node, and dependencies', () => {
    const imports = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^(?:import|export) [^;"']*?from "([^"]+)";$/gm)].map(
        ([, name = '']) => name,
      ),
    );
    expect(imports.length).toBeGreaterThan(files.length);
    const others = imports.filter((name) => !name.startsWith('.') && !isBuiltin(name));
    const packages = new Set(others.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]));
    expect(Object.keys(packageJson.dependencies)).toEqual(expect.arrayContaining([...packages]));
    expect(packages).toContain('zod');
  });
});
