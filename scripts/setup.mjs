// Installs what is missing, and only that: node modules, the compiled program, and .venv with the sidecar.
// Usage: node scripts/setup.mjs [--dev]     (--dev adds the tools that the tests need)
// Uses Node's own modules alone until the program is compiled, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dev = process.argv.includes('--dev');
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

/** Makes or updates .venv with the code of `rminas setup`, which is compiled by now. */
async function prepareVenv() {
  const at = (path) => pathToFileURL(join(root, 'dist', path)).href;
  const { findBasePython, prepareEnvironment } = await import(at('setup/index.js'));
  const { withInterrupt } = await import(at('terminal/interrupt.js'));
  const { setupProgress } = await import(at('terminal/setup.js'));
  const folder = join(root, '.venv');
  // Once the tools are in, they are kept up to date even when they were not asked for this time.
  const tools = dev || existsSync(join(folder, '.rminas-setup-dev'));
  const progress = setupProgress(process.stderr);
  await withInterrupt((signal) =>
    prepareEnvironment({
      folder,
      torch: 'auto',
      base: () => findBasePython(process.env.RMINAS_PYTHON || undefined),
      editable: tools ? 'with-tools' : 'without-tools',
      signal,
      onProgress: progress.show,
    }),
  ).finally(progress.clear);
}

try {
  once(join(root, 'node_modules', '.rminas-setup'), ['package.json', 'package-lock.json'], () => {
    say('installing node modules');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });

  say('compiling');
  run('npm', ['run', '--silent', 'build']);

  await prepareVenv();
} catch (error) {
  say([error.message, ...(error.nextSteps ?? [])].join('\n  '));
  process.exitCode = error.exitCode ?? 1;
}
