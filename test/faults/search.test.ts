/**
 * Searches that are killed, paused and disturbed end like an undisturbed one. The three tests wait more than they
 * compute, so they run at the same time. RMINAS_FAULTS_SEED repeats a run, RMINAS_FAULTS_ROUNDS makes it longer. Their
 * sidecars are forks, which spares dozens of imports.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { FORKING } from '../setup/fork-server.js';
import { essence, evaluatedIn, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { runCli, temporaryFolder } from '../support/run-cli.js';
import { signalledAt } from '../support/signalled-at.js';
import { report } from './counts.js';
import { command, FaultySearch } from './faulty-search.js';
import { drawMoments, PHASES } from './moments.js';
import { FAULTS, type Fault, Storm } from './storm.js';

const SEED = Number(process.env.RMINAS_FAULTS_SEED ?? 1);
/** How often a search meets each kind of fault. */
const ROUNDS = Number(process.env.RMINAS_FAULTS_ROUNDS ?? 1);
const SIDECAR_KILLS = 10;
const MOST_SEARCHES = 5;
/** Of test/fixtures/tiny.yaml. */
const WARM_UP = 12;
const NOTHING_LEFT = { processes: 0, sockets: 0, locks: 0 };
const seeded = `RMINAS_FAULTS_SEED=${SEED}`;

/** The undisturbed search: its result, and the number of evaluations in its journal. */
async function searchCalmly() {
  const out = temporaryFolder();
  const { stdout, stderr } = await runCli(command(out), { env: FORKING });
  expect(stdout, stderr).not.toBe('');
  // A new answer of the vote is evaluated after the end of the search.
  const total = evaluatedIn(join(out, readdirSync(out)[0] ?? '', 'journal.jsonl')).length;
  return { expected: essence(stdout), total };
}

describe.skipIf(process.platform !== 'linux').concurrent('a search with faults', { timeout: scaled(600_000) }, () => {
  const calm = searchCalmly();

  it.for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'ends like an undisturbed one after kills of the controller in every phase (round %i)',
    async (round) => {
      const { expected, total } = await calm;
      const search = new FaultySearch([], FORKING);
      const faults = new Map(PHASES.map((phase) => [phase, 0]));
      const random = createRandom(SEED, 'kill-moments', round);
      for (const { phase, at } of drawMoments(random, { warmup: WARM_UP, total }, () => search.kept.length)) {
        search.start(signalledAt(at, 'SIGKILL'));
        const { signal, code, stderr } = await search.running.ended;
        // The signal hit a living process: it did not end by itself.
        expect({ signal, code }, `${at}, ${seeded}, round ${round}: ${stderr}`).toEqual({
          signal: 'SIGKILL',
          code: null,
        });
        search.look();
        faults.set(phase, (faults.get(phase) ?? 0) + 1);
        report('controller killed', phase, { faults: 1, kept: search.kept.length, lost: search.lost });
      }
      search.start();
      search.remember();
      expect([...faults.values()].every((count) => count > 0)).toBe(true);
      await finish(search, { name: 'controller killed', expected, total });
    },
  );

  it(`ends like an undisturbed one after ${SIDECAR_KILLS} kills of the sidecar`, async () => {
    const { expected, total } = await calm;
    const random = createRandom(SEED, 'sidecar-kills', 0);
    const killed = new Set<number>();
    await injectAll(
      Array.from({ length: SIDECAR_KILLS }, (_, kill) => ({
        after: Math.floor(((kill + 0.5) * total) / SIDECAR_KILLS) + random.below(2),
        async inject(search: Storm) {
          // A sidecar that was killed stays a child until its controller has noticed.
          const isNew = ({ sidecar }: Storm['processes']) => sidecar !== undefined && !killed.has(sidecar);
          await waitUntil(() => isNew(search.processes), search.running.ended);
          const pid = search.signal('sidecar', 'SIGKILL');
          if (pid !== undefined) killed.add(pid);
          return pid !== undefined;
        },
        kind: 'sidecar killed',
        needsProgress: false,
      })),
      { name: 'sidecar killed', expected, total },
      () => new Storm(FORKING),
    );
    expect(killed.size).toBe(SIDECAR_KILLS);
  });

  it.for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'ends like an undisturbed one despite faults of all kinds and a jumping clock (round %i)',
    async (round) => {
      const { expected, total } = await calm;
      const random = createRandom(SEED, 'storm', round);
      const planned = FAULTS.map((fault, index) => ({
        ...fault,
        after: fault.needsProgress ? Math.floor(((index + 1) * (total - 1)) / FAULTS.length) - random.below(2) : 0,
      }));
      await injectAll(planned, { name: 'storm', expected, total }, () => new Storm());
    },
  );
});

/** A fault, and the number of evaluations after which it is injected. */
type PlannedFault = Fault & { readonly after: number };

/**
 * Injects faults into a search. On a busy machine the search may end before this process has injected all of them. The
 * others are then injected into another search. Each search must end like the undisturbed one.
 */
async function injectAll(
  faults: readonly PlannedFault[],
  about: { name: string; expected: unknown; total: number },
  createStorm: () => Storm,
) {
  let storm = createStorm();
  storm.start();
  for (const planned of faults) {
    const { kind, needsProgress, after } = planned;
    for (let search = 0; ; search += 1) {
      expect(search, `searches that ended before the fault: ${kind}, ${seeded}`).toBeLessThan(MOST_SEARCHES);
      const next = storm.kept.length + (needsProgress ? 1 : 0);
      await storm.until(search === 0 ? Math.max(next, after) : 1);
      if (await planned.inject(storm)) break;
      await finish(storm, about);
      storm = createStorm();
      storm.start();
    }
    report(about.name, kind, { faults: 1, kept: storm.kept.length, lost: storm.lost });
  }
  await finish(storm, about);
}

/** Waits for the end of a search, and compares it with the undisturbed one. */
async function finish(
  search: FaultySearch,
  { name, expected, total }: { name: string; expected: unknown; total: number },
) {
  const { stdout } = await search.end();
  expect(essence(stdout), seeded).toEqual(expected);
  const counts = { kept: search.kept.length, lost: search.lost, repeated: search.repeated };
  const leftovers = await search.leftovers();
  report(name, 'end', { ...counts, ...leftovers });
  expect(counts, seeded).toEqual({ kept: total, lost: 0, repeated: 0 });
  expect(leftovers, seeded).toEqual(NOTHING_LEFT);
}
