import { readFileSync } from 'node:fs';
import type { Encoding } from '../../src/spaces/space.js';

/** A fixture of the test suite, by its path below test/fixtures. */
export function readFixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}

/** An encoding written with a digit for each slot. */
export const digits = (text: string): Encoding => Array.from(text, Number);
