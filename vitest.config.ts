import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { filesOf, PROCESSES, WITHOUT_PYTHON } from './test/setup/rooms.js';

/** Sets the limits of tests and hooks, which scale with the machine. */
const SETUP = ['test/setup/each-file.ts'];

/** Prepares the tests that start Python. */
const PYTHON = ['test/setup/once-python.ts'];

/** Files that take long. They begin first, so that no worker waits for one of them at the end. */
const LONG = [
  ...['package/package', 'faults/search', 'faults/sidecar', 'sidecar/starting', 'sidecar/dying', 'plan/plan'],
  ...['documentation/printed-commands', 'commands/setup', 'e2e/pipeline', 'e2e/terminal', 'e2e/plugins', 'ui/ui'],
  ...['e2e/own-space', 'e2e/own-data', 'e2e/from-your-images', 'e2e/retrain', 'e2e/own-teacher', 'docs/chart'],
  ...['search/limits'],
];

/** The projects, those with the longest files first. */
const ORDER = ['processes', 'sharing', 'without-python'];

/** Runs all files of one project before those of the next: a worker keeps its process only within a project. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification) => {
      const long = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return ORDER.indexOf(project.name) + (long < 0 ? LONG.length : long) / (LONG.length + 1);
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // The first, since its preparations may be those of all projects: vitest undoes them in the opposite order.
      {
        extends: true,
        test: {
          name: 'without-python',
          include: filesOf(WITHOUT_PYTHON),
          setupFiles: SETUP,
          isolate: false,
          // An interpreter that a test asks for does not exist.
          env: { RMINAS_PYTHON: '/nowhere/python' },
        },
      },
      {
        extends: true,
        test: { name: 'processes', include: filesOf(PROCESSES), setupFiles: SETUP, globalSetup: PYTHON },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: ['test/**/*.test.ts'],
          exclude: filesOf([...PROCESSES, ...WITHOUT_PYTHON]),
          globalSetup: PYTHON,
          setupFiles: [...SETUP, 'test/setup/use-fork-server.ts'],
          isolate: false,
        },
      },
    ],
    // The ends of processes wait for the processor on a busy machine.
    teardownTimeout: 60_000,
    globalSetup: ['test/setup/once.ts'],
    // On a machine of two cores, further workers compute while the others wait for their sidecars.
    maxWorkers: 4,
    env: {
      // What a test evaluates, it evaluates itself.
      RMINAS_CACHE_MAX: '0',
      // Texts are compared without colours, which some terminals and `CI` ask for.
      NO_COLOR: '1',
      // Interpreters that set no number of threads would take all cores, and their idle threads would spin.
      OMP_NUM_THREADS: '1',
      OMP_WAIT_POLICY: 'PASSIVE',
    },
  },
});
