// Installs what is missing, and only that: node modules, the compiled program, and .venv with the sidecar.
// Usage: node scripts/setup.mjs [--dev]     (--dev adds the tools that the tests need)
// Uses Node's own modules alone, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** The first interpreter on the path that is new enough, or an error that says what was found. */
function findPython() {
  const seen = [];
  for (const name of [process.env.RMINAS_PYTHON, 'python3', 'python'].filter(Boolean)) {
    const { stdout } = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (!stdout) continue;
    const [major, minor] = stdout.trim().split('.').map(Number);
    if (major === 3 && minor >= 10) return name;
    seen.push(`${name} is ${stdout.trim()}`);
  }
  throw new Error(`Python 3.10 or newer is needed${seen.length ? ` (${seen.join(', ')})` : ' and none was found'}.`);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

try {
  once(join(root, 'node_modules', '.rminas-setup'), ['package.json', 'package-lock.json'], () => {
    say('installing node modules');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });

  say('compiling');
  run('npm', ['run', '--silent', 'build']);

  const venv = join(root, '.venv');
  const python = join(venv, windows ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(python)) {
    say('creating .venv');
    run(findPython(), ['-m', 'venv', venv]);
  }
  // Once the tools are in, they are kept up to date even when they were not asked for this time.
  const devStamp = join(venv, '.rminas-setup-dev');
  const withTools = dev || existsSync(devStamp);
  const stamp = withTools ? devStamp : join(venv, '.rminas-setup');
  once(stamp, ['python/pyproject.toml', 'python/constraints.txt'], () => {
    say('installing the sidecar into .venv (PyTorch is large: this takes minutes)');
    const target = withTools ? './python[dev]' : './python';
    run(python, ['-m', 'pip', 'install', '--quiet', '-c', 'python/constraints.txt', '-e', target]);
  });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
