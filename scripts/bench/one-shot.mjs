// Measures a step of each one-shot method beside plain PyTorch, and a forward pass beside XNAS's. Arguments go to the program.
import { cpus, loadavg } from 'node:os';
import { runProgram } from './python-program.mjs';

const PROGRAM = new URL('one_shot_steps.py', import.meta.url);
const QUICK = ['--cells', '1', '--channels', '8'];

export async function run(args) {
  const own = args.includes('--quick') ? [...QUICK, ...args.filter((arg) => arg !== '--quick')] : args;
  console.log(`One-shot steps, one thread; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
  await runProgram(PROGRAM, own);
}
