/** Small tar archives, valid and malicious. */
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import type { AssetDefinition, Download } from '../../src/definitions/asset.js';

export const SET = 'tiny-set';
export const MEMBERS = { train: 'images to train on', test: 'images to test on' };

export const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');
export const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The data set as an archive. */
export async function archiveOfSet(workshop: string, members: Record<string, string> = MEMBERS): Promise<Buffer> {
  for (const [name, text] of Object.entries(members)) write(join(workshop, SET, name), text);
  return pack(workshop, [SET]);
}

/** Archives that would write outside of the folder, or write something other than files. */
export const UNSAFE: Record<string, { make: (workshop: string) => Promise<Buffer>; says: string }> = {
  'a path that climbs out': {
    make: (workshop) => {
      write(join(workshop, 'evil'), 'evil');
      mkdirSync(join(workshop, 'sub'));
      return pack(join(workshop, 'sub'), ['../evil']);
    },
    says: '../evil lies outside of tiny-set',
  },
  'a path that climbs out of the folder': {
    make: (workshop) => {
      write(join(workshop, 'evil'), 'evil');
      write(join(workshop, SET, 'train'), MEMBERS.train);
      return pack(workshop, [SET, `${SET}/../evil`]);
    },
    says: 'tiny-set/../evil lies outside of tiny-set',
  },
  'an absolute path': {
    make: (workshop) => {
      write(join(workshop, 'evil'), 'evil');
      return pack(workshop, [join(workshop, 'evil')]);
    },
    says: 'evil lies outside of tiny-set',
  },
  'another folder': {
    make: (workshop) => {
      write(join(workshop, 'other/train'), 'evil');
      return pack(workshop, ['other']);
    },
    says: 'other/ lies outside of tiny-set',
  },
  'a symbolic link': {
    make: (workshop) => {
      mkdirSync(join(workshop, SET));
      symlinkSync('/etc/passwd', join(workshop, SET, 'train'));
      return pack(workshop, [SET]);
    },
    says: 'tiny-set/train is a SymbolicLink',
  },
  'a hard link': {
    make: (workshop) => {
      write(join(workshop, SET, 'a'), 'text');
      linkSync(join(workshop, SET, 'a'), join(workshop, SET, 'train'));
      return pack(workshop, [SET]);
    },
    says: 'tiny-set/train is a Link',
  },
};

/** The definition of the data set, as if the archive were the published one. */
export function definitionOf(archive: Buffer, changes: Partial<Download> = {}): AssetDefinition {
  return {
    title: 'a tiny data set',
    places: [SET, '.'],
    files: [{ name: 'train', md5: md5(MEMBERS.train) }],
    heldOut: [{ name: 'test', md5: md5(MEMBERS.test) }],
    download: {
      url: 'http://example.invalid/',
      name: 'tiny-set.tar.gz',
      bytes: archive.length,
      md5: md5(archive),
      unpacksTo: SET,
      ...changes,
    },
    instructions: ['Ask the librarian.'],
  };
}

async function pack(cwd: string, entries: string[]): Promise<Buffer> {
  const file = join(cwd, 'packed.tar.gz');
  await create({ gzip: true, file, cwd, preservePaths: true }, entries);
  return readFileSync(file);
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
