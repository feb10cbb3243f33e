/** Signals of terminals and batch systems: each ends a job in order, so that it can be resumed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluatedIn, waitUntil } from '../support/journals.js';
import { eventually, scaled } from '../support/limits.js';
import { ROOT, startCli, temporaryFolder } from '../support/run-cli.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGXCPU', 'SIGHUP'] as const;

/** Whether a process handles SIGHUP (Linux). It is the last signal that rminas begins to handle. */
function handlesSignals(pid: number): boolean {
  const [, mask = ''] = /^SigCgt:\t(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}

/** A search that lasts until a signal ends it. */
const search = (out: string) => ['search', '--cfg', TINY, '--out', out, 'RMINAS.RF_WARMUP', '10000'];

describe.skipIf(process.platform !== 'linux')('a signal', () => {
  it('ends the program with exit code 130 while it loads', { timeout: scaled(60_000) }, async () => {
    const results = SIGNALS.map(async (signal) => {
      const { child, ended } = startCli(search(temporaryFolder()));
      await waitUntil(() => handlesSignals(child.pid ?? 0), ended);
      child.kill(signal);
      return { ...(await ended), sent: signal };
    });
    for (const { sent, code, stderr } of await Promise.all(results)) {
      expect({ sent, code }).toEqual({ sent, code: 130 });
      expect(stderr).not.toContain('Debugger');
    }
  });

  it('for the process group ends a search in order, and it can be resumed', { timeout: scaled(120_000) }, async () => {
    const out = temporaryFolder();
    let words = search(out);
    let kept: readonly unknown[] = [];
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
      const { child, ended } = startCli(words, { leadsGroup: true });
      await waitUntil(() => readdirSync(out).length > 0, ended);
      const folder = join(out, readdirSync(out)[0] ?? '');
      const evaluated = () => evaluatedIn(join(folder, 'journal.jsonl'));
      await waitUntil(() => evaluated().length > kept.length, ended);
      const group = -(child.pid ?? 0);
      process.kill(group, signal);
      const { code, stderr } = await ended;
      expect({ signal, code }).toEqual({ signal, code: 130 });
      expect(stderr).toContain(`rminas search --resume ${folder}`);
      expect(stderr).not.toContain('Debugger');
      expect(readdirSync(folder).filter((name) => name.startsWith('lock-'))).toEqual([]);
      await eventually(() => expect(() => process.kill(group, 0)).toThrow('ESRCH'));
      expect(evaluated().slice(0, kept.length)).toEqual(kept);
      kept = evaluated();
      words = ['search', '--resume', folder];
    }
  });
});
