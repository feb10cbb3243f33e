import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeNamedFolder, writeNamedFile } from '../../src/system/named-file.js';
import { temporaryFolder } from '../support/run-cli.js';

it.each([
  ['none/file', 'ENOENT: its folder does not exist'],
  ['folder', 'EISDIR: it is a folder'],
  ['file/inside', 'ENOTDIR: a part of the path is a file'],
])('says why %s could not be written', (name, reason) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), '');
  expect(() => writeNamedFile(join(folder, name), 'text')).toThrow(`could not be written (${reason}).`);
});

it('says that a file has the name of a folder', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => makeNamedFolder(file)).toThrow('could not be written (EEXIST: it is a file).');
});
