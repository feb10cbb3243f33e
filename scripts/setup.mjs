// Installs what is missing, and only that: node modules, the compiled program, and .venv with the sidecar.
// Usage: node scripts/setup.mjs [--dev] [--only node|python]
//   --dev          adds the tools that the tests need
//   --only node    node modules and the compiled program, --only python the rest
// Uses only Node's own modules, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dev = process.argv.includes('--dev');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const windows = process.platform === 'win32';

/** Runs a command in the checkout; its output goes to stderr, so that stdout stays for data. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with exit code ${status}`);
}

/** Runs `install` unless the stamp says that it already ran for just these files. */
function once(stamp, files, install) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  install();
  writeFileSync(stamp, digest);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Creates or updates .venv by the compiled `rminas setup`, which reports its own failures. */
function prepareVenv() {
  // Installed tools are kept up to date, even without --dev.
  const tools = dev || existsSync(join(root, '.venv', '.rminas-setup-dev'));
  const args = [join(root, 'bin', 'run.js'), 'setup', '--checkout', tools ? 'with-tools' : 'without-tools'];
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 2] }).status ?? 1;
}

/** Installs the node modules and compiles the program. */
function prepareProgram() {
  once(join(root, 'node_modules', '.rminas-setup'), ['package.json', 'package-lock.json'], () => {
    say('installing node modules');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });

  say('compiling');
  run('npm', ['run', '--silent', 'build']);
}

try {
  if (only !== 'python') prepareProgram();
  if (only !== 'node') process.exitCode = prepareVenv();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
