import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadForests } from '../../src/evaluators/surrogate.js';
import { FITTED, fit, node, readLines, useGround } from '../sidecar/harness.js';
import { getSpace } from '../support/spaces.js';

const ground = useGround();
const space = getSpace('nas-bench-201');

it.each([
  ['asks for a small forest, so that its library is loaded', 'native', ['fit', 'fit']],
  ['asks for none where a worker would have to load it', 'xnas', ['fit']],
] as const)('a search %s', async (_, backend, expected) => {
  const sidecar = await ground.start(node('records.mjs', ground.folder));
  const specification = { backend, space: 'nas-bench-201' };
  loadForests({ sidecar, specification, signal: new AbortController().signal }, space);
  expect(await sidecar.request('fit', fit)).toEqual(FITTED);
  const requests = readLines(join(ground.folder, 'requests')).map((line) => line.split(' ')[1]);
  expect(requests).toEqual(expected);
});
