/** The YAML file of a space that SPACE.NAME names instead of a space. */
import { createHash } from 'node:crypto';
import { basename, dirname, extname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { Catalogue } from '../catalogue/catalogue.js';
import { configuredSpace, type LoadOptions } from '../config/index.js';
import { offsetBeyondDepth } from '../config/yacs/yaml-depth.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import { UsageError } from '../errors.js';
import { userPath } from '../installation/paths.js';
import { NAME_PATTERN } from '../protocol/specification.js';
import type { SpaceDefinition } from '../spaces/definition.js';
import { defineOwnSpace, type OwnSpaceOptions } from '../spaces/own/definition.js';
import { invalidSpaceFile, readSpaceFile, type SpaceFile } from '../spaces/own/file.js';
import { ReadError, readBounded } from '../system/files.js';

/** A space of the user, as its file describes it. */
export interface FoundSpace {
  readonly definition: SpaceDefinition;
  /** The file. Its argument is the space as JSON. */
  readonly identity: PluginIdentity & { readonly argument: string };
}

const MAX_BYTES = 65_536;
/** Far above the size of any Python program. */
const MAX_PROGRAM_BYTES = 16_777_216;
/** Linux accepts arguments of up to 131,072 bytes. */
const MAX_ARGUMENT_BYTES = 120_000;
const MAX_DEPTH = 20;
const MAX_ALIASES = 100;

/**
 * The space whose file SPACE.NAME names; undefined when it names a space.
 * @throws UsageError `missing-space-file`, `invalid-space`, and as `configuredSpace`
 */
export async function findSpaceFile(options: LoadOptions, { spaces }: Catalogue): Promise<FoundSpace | undefined> {
  const { name, folder } = await configuredSpace(options);
  if (!isFileReference(name)) return undefined;
  const file = resolve(folder, userPath(name));
  const bytes = bytesOf(file);
  const content = readSpaceFile(parseYaml(decode(bytes, file), file), file);
  const spaceName = content.name ?? nameOf(file);
  if (!NAME_PATTERN.test(spaceName)) {
    throw invalidSpaceFile(file, 'name must be up to 64 lower-case letters, digits, dots, dashes and underscores');
  }
  if (spaces.find(spaceName) !== undefined) {
    throw invalidSpaceFile(file, `${spaceName} is the name of another space. Write name: and another one`);
  }
  const builder = builderOf(content, file);
  const { definition, forSidecar } = defineOwnSpace({ name: spaceName, file, content, builder });
  const argument = JSON.stringify(forSidecar);
  if (Buffer.byteLength(argument) > MAX_ARGUMENT_BYTES)
    throw invalidSpaceFile(file, 'its slots and choices are too many');
  return { definition, identity: { source: file, argument, kind: 'space', file, sha256: digest(bytes) } };
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The Python file that builds the networks, and its SHA-256. */
function builderOf({ build }: SpaceFile, file: string): OwnSpaceOptions['builder'] {
  const builder = resolve(dirname(file), build.slice(0, build.lastIndexOf(':')));
  try {
    return { file: builder, sha256: digest(readBounded(builder, MAX_PROGRAM_BYTES)) };
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    throw invalidSpaceFile(file, `build names ${builder}, which ${error.message}`, error);
  }
}

/** Names of spaces have no slash and do not end like a YAML file. */
function isFileReference(name: string): boolean {
  return /\.ya?ml$/i.test(name) || /[\\/]/.test(name);
}

function nameOf(file: string): string {
  const name = basename(file, extname(file)).toLowerCase();
  return (
    name
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 64) || 'space'
  );
}

function bytesOf(file: string): Buffer {
  try {
    return readBounded(file, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    if (error.problem === 'too-large') throw invalidSpaceFile(file, `it has more than ${MAX_BYTES} bytes`, error);
    if (error.problem === 'unreadable') throw invalidSpaceFile(file, `it ${error.message}`, error);
    const problem = error.problem === 'missing' ? 'does not exist' : 'is not a file';
    throw new UsageError(`The space file ${file} ${problem}.`, {
      code: 'missing-space-file',
      nextSteps: [
        'Correct the path. With --space it starts from the current folder, in SPACE.NAME from the folder of the configuration.',
        'Or name a space, e.g. nas-bench-201.',
      ],
      cause: error,
    });
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalidSpaceFile(file, 'it is not UTF-8 text', error);
  }
}

/** The content of a YAML file as plain data. Nested, aliased and tagged content is limited. */
function parseYaml(text: string, file: string): unknown {
  if (offsetBeyondDepth(text, MAX_DEPTH) !== null) throw invalidSpaceFile(file, 'it is nested too deeply');
  const document = parseDocument(text, { version: '1.2', prettyErrors: true, logLevel: 'error' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw invalidSpaceFile(file, (problem.message.split('\n')[0] ?? '').replace(/[.:]+$/, ''), problem);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw invalidSpaceFile(file, 'its aliases stand for too much', error);
  }
}
