// npm run bench [-- overheads --data DIR | -- benchmark --file FILE | -- search [--quick | --full] --data DIR | -- evaluation [--measures] [--quick] | -- operations [--case macro] [--sizes] | -- workers --data DIR | -- latency [--cfg NAME] | -- one-shot [--quick] | -- controller | -- proxies [--rounding] [--architectures N] | -- screening --data DIR | -- aggregate --data DIR [--base DIR] | -- cuda [--rehearse] --data DIR]
// Measures and compares; it never passes or fails. Each figure names its subject.
const [name = 'overheads', ...rest] = process.argv.slice(2);
const benches = {
  overheads: './bench/overheads.mjs',
  benchmark: './bench/benchmark.mjs',
  search: './bench/search.mjs',
  evaluation: './bench/evaluation.mjs',
  operations: './bench/operations.mjs',
  workers: './bench/workers.mjs',
  latency: './bench/latency.mjs',
  'one-shot': './bench/one-shot.mjs',
  controller: './bench/controller.mjs',
  proxies: './bench/proxies.mjs',
  screening: './bench/screening.mjs',
  aggregate: './bench/aggregate.mjs',
  cuda: './bench/cuda.mjs',
};

if (!(name in benches)) {
  console.error(`There is no benchmark ${name}; there are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
// An interruption must run the exit handlers, too.
process.once('SIGINT', () => process.exit(130));
const { run } = await import(benches[name]);
await run(rest);
