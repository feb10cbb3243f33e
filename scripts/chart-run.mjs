// Draws the course of a search as an SVG: node scripts/chart-run.mjs RUN_FOLDER FILE.svg
// A dot is an architecture; the line is the lowest loss so far. The losses come from the run's journal: nothing is trained.
// docs/images/quickstart.svg is the chart of `npm run quickstart`.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { report } from 'rminas';

const [folder, file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: node scripts/chart-run.mjs RUN_FOLDER FILE.svg');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'rminas-chart-'));
try {
  await report({ runs: [folder], out: join(scratch, 'report.html'), charts: scratch });
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(scratch, 'search.svg'), file);
  console.log(file);
} finally {
  rmSync(scratch, { recursive: true });
}
