// npm run quickstart: the first search, and its report.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'bin', 'run.js');
/** OUT_DIR of configs/quickstart.yaml. */
const out = join('exp', 'quickstart');

/** Runs rminas; a failure ends the script with its exit code. */
function rminas(...args) {
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The run with the newest result. */
function newestRun() {
  const runs = readdirSync(join(root, out)).flatMap((name) => {
    const result = statSync(join(root, out, name, 'result.json'), { throwIfNoEntry: false });
    return result === undefined ? [] : [{ folder: join(out, name), at: result.mtimeMs }];
  });
  return runs.sort((a, b) => b.at - a.at)[0]?.folder;
}

rminas('search', '--cfg', join(root, 'configs', 'quickstart.yaml'), '--verify', '2');
const run = newestRun();
if (run !== undefined) {
  console.log('Its report, for a browser:');
  rminas('report', run);
}
