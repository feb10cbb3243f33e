// Times proxies beside their published code.
import { cpus, loadavg } from 'node:os';
import { runProgram } from './python-program.mjs';

const PROGRAM = new URL('published_proxies.py', import.meta.url);

export async function run(args) {
  console.log(
    `Random architectures in the paper's size, one thread; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
  await runProgram(PROGRAM, args);
}
