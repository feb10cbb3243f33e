// Times proxies beside their published code, or compares their values with those in float64.
import { cpus, loadavg } from 'node:os';
import { runProgram } from './python-program.mjs';

const TIMES = new URL('published_proxies.py', import.meta.url);
const ROUNDING = new URL('proxy_rounding.py', import.meta.url);

export async function run(args) {
  console.log(
    `Random architectures in the paper's size, one thread; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
  const others = args.filter((word) => word !== '--rounding');
  await runProgram(others.length < args.length ? ROUNDING : TIMES, others);
}
