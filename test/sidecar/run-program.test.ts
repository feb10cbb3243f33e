import { expect, it } from 'vitest';
import { runProgram } from '../../src/sidecar/process/run-program.js';

async function linesOf(source: string): Promise<string[]> {
  const lines: string[] = [];
  await runProgram(process.execPath, ['-e', source], { onLine: (line) => lines.push(line) });
  return lines;
}

it('tells each line, also those that a carriage return or the end of the program ends', async () => {
  expect(await linesOf("process.stdout.write('one\\ntwo\\rthree\\r\\n\\nfour')")).toEqual([
    'one',
    'two',
    'three',
    'four',
  ]);
});

it('tells a character whole that comes in two pieces', async () => {
  // The pieces of a pipe have even sizes, and each of these characters begins at an odd place.
  const [line = ''] = await linesOf("process.stdout.write('a' + 'é'.repeat(200_000) + '\\n')");
  expect(line.length).toBe(200_001);
  expect(line.replaceAll('é', '')).toBe('a');
});
