// Compares plans with the searches that follow: node scripts/plan-accuracy.mjs [FILE.md]
// Plans and runs ten searches of various sizes on the digits, and writes the table of docs/plan.md. Takes 10 to 20 minutes.
// The searches share no scores, so each trains all that it needs.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const HOME = mkdtempSync(join(tmpdir(), 'rminas-plan-'));
const MOST_BYTES = 2 ** 26;

const SEARCHES = [
  ['--workers', '2'],
  ['--workers', '1', '--seed', '2', 'RMINAS.RF_WARMUP', '12', 'RMINAS.RF_SUCC', '4'],
  ['--workers', '2', '--seed', '3', 'RMINAS.RF_WARMUP', '40', 'RMINAS.RF_SUCC', '12'],
  ['--workers', '1', '--seed', '4', 'RMINAS.RF_WARMUP', '30', 'RMINAS.RF_SUCC', '8', 'OPTIM.MAX_EPOCH', '20'],
  ['--workers', '2', '--seed', '5', 'RMINAS.CHANNELS', '16', 'RMINAS.RF_WARMUP', '16', 'RMINAS.RF_SUCC', '4'],
  ['--workers', '2', '--seed', '6', 'RMINAS.CELLS', '2', 'RMINAS.RF_WARMUP', '16', 'RMINAS.RF_SUCC', '5'],
  ['--workers', '2', '--seed', '7', '--strategy', 'random', 'RMINAS.MAX_EVALUATIONS', '50'],
  ['--workers', '1', '--seed', '8', '--strategy', 'regularized-evolution', 'RMINAS.MAX_EVALUATIONS', '40'],
  ['--workers', '2', '--seed', '9', '--space', 'nas-bench-macro', 'RMINAS.RF_WARMUP', '10', 'RMINAS.RF_SUCC', '3'],
  ['--workers', '2', '--seed', '10', '--objective', 'naswot', 'RMINAS.RF_WARMUP', '60', 'RMINAS.RF_SUCC', '20'],
];

const [file] = process.argv.slice(2);
const rows = [];
try {
  for (const [index, words] of SEARCHES.entries()) {
    rows.push(await compare(words, index));
    const table = tableOf(rows);
    if (file !== undefined) writeFileSync(file, `${table}\n`);
    console.error(table.split('\n').at(-1));
  }
} finally {
  rmSync(HOME, { recursive: true, force: true });
}
console.log(tableOf(rows));

async function compare(words, index) {
  const common = ['--cfg', 'quickstart', '--no-cache', '--json', '--out', join(HOME, String(index)), ...words];
  const plan = await run(['plan', ...common]);
  const search = await run(['search', ...common]);
  return { words, plan: plan.document, search: search.document, seconds: search.seconds, cpu: search.cpu };
}

/** Runs a command. The shell tells the processor time of all its processes. */
async function run(args) {
  const begun = performance.now();
  const script = '"$@"; code=$?; times >&2; exit $code';
  const options = { env: { ...process.env, RMINAS_HOME: HOME }, maxBuffer: MOST_BYTES };
  const words = ['-c', script, 'bash', process.execPath, BIN, ...args];
  const { stdout, stderr } = await promisify(execFile)('bash', words, options);
  const seconds = (performance.now() - begun) / 1000;
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(secondsOf);
  return { document: JSON.parse(stdout), seconds, cpu: user + system };
}

/** @param text as bash writes it: 1m2.345s */
function secondsOf(text) {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text);
  return 60 * Number(minutes) + Number(seconds);
}

function tableOf(list) {
  const head = [
    'search (quickstart and …)',
    'planned time',
    'time',
    'in the range',
    'planned processor time',
    'processor time',
    'planned evaluations',
    'evaluations',
  ];
  const lines = list.map(({ words, plan, search, seconds, cpu }) => {
    const time = plan.seconds;
    return [
      `\`${words.join(' ')}\``,
      range(time, ' s'),
      `${Math.round(seconds)} s`,
      seconds >= time.low && seconds <= time.high ? 'yes' : 'no',
      time.cpu === null ? '' : range(time.cpu, ' s'),
      `${Math.round(cpu)} s`,
      range(plan.evaluations, ''),
      String(search.cost.evaluations),
    ];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function range({ low, likely, high }, unit) {
  return `${Math.round(low)} to ${Math.round(high)}${unit}, likely ${Math.round(likely)}`;
}
