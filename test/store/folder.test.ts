import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJobFolder, writeJobFile } from '../../src/store/folder.js';

const temporary = () => mkdtempSync(join(tmpdir(), 'rminas-folder-'));

describe('the folder of a run', () => {
  it('is made with the folders above it, and never shared by two runs', () => {
    const out = join(temporary(), 'exp', 'rminas');
    const names = [1, 2, 3].map(() => createJobFolder(out, 'run').path);
    expect(names).toEqual([join(out, 'run'), join(out, 'run-2'), join(out, 'run-3')]);
  });

  it('ends in exit code 2 and the path when a file is in the way', () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    expect(() => createJobFolder(join(file, 'exp'), 'run')).toThrow(
      expect.objectContaining({ code: 'unwritable-out-dir', exitCode: 2, message: expect.stringContaining(file) }),
    );
  });

  it('has files that several processes may write at once: each has a draft of its own', () => {
    const file = join(temporary(), 'comparison.json');
    const draftOfAnother = join(dirname(file), '.comparison.json.draft');
    writeFileSync(draftOfAnother, 'half');
    writeJobFile(file, 'whole', { shared: true });
    expect([file, draftOfAnother].map((path) => readFileSync(path, 'utf8'))).toEqual(['whole', 'half']);
  });

  it('ends in exit code 3 when the disk is full', () => {
    expect(() => writeJobFile('/dev/full', 'text')).toThrow(
      expect.objectContaining({ code: 'disk-full', exitCode: 3 }),
    );
  });
});
