/** The scripts and manifests of the documentation, which no test can run: a shell and a parser read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from '../documentation/command-lines.js';
import { ROOT } from '../support/run-cli.js';

const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
const textOf = (file: string) => readFileSync(join(ROOT, 'docs', file), 'utf8');
const scripts = pages.flatMap((file) => blocksOf(textOf(file), 'bash').map((script) => [file, script] as const));

describe('the scripts of the documentation', () => {
  it.each(scripts)('are correct for a shell: %s', async (_file, script) => {
    const { stderr, exitCode } = await execa('bash', ['-n'], { input: script, reject: false });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });
});

describe('the manifest for KubeRay', () => {
  interface Group {
    rayStartParams: Record<string, string>;
    template: { spec: { containers: { name: string; image: string }[] } };
  }
  interface Manifest {
    spec: { rayVersion: string; headGroupSpec: Group; workerGroupSpecs: Group[] };
  }
  const manifest = parse(blocksOf(textOf('cluster.md'), 'yaml')[0] ?? '') as Manifest;

  it('describes a cluster of the Ray version that is tested', () => {
    expect(manifest).toMatchObject({ apiVersion: 'ray.io/v1', kind: 'RayCluster', metadata: { name: 'rminas' } });
    const constraints = readFileSync(join(ROOT, 'python/constraints.txt'), 'utf8');
    expect(manifest.spec.rayVersion).toBe(/^ray==([\d.]+)/m.exec(constraints)?.[1]);
  });

  it('starts the same image on all nodes', () => {
    const groups = [manifest.spec.headGroupSpec, ...manifest.spec.workerGroupSpecs];
    const containers = groups.flatMap(({ template }) => template.spec.containers);
    expect(containers).toHaveLength(2);
    expect(new Set(containers.map(({ image }) => image)).size).toBe(1);
    // Parameters of `ray start` are texts, also numbers.
    for (const { rayStartParams } of groups) {
      for (const value of Object.values(rayStartParams)) expect(value).toBeTypeOf('string');
    }
  });
});
