/** Events that several jobs share. */
import type { Hello, Prepared } from '../protocol/messages.js';
import type { Notice } from '../store/job-store.js';
import { counted } from '../system/units.js';

export type { Notice } from '../store/job-store.js';

/** The sidecar has built the batch and run the teacher. */
export interface RunPrepared {
  readonly type: 'run-prepared';
  readonly hello: Hello;
  readonly prepared: Prepared;
}

/** The callbacks for the start of a sidecar, as events of a job. */
export function sidecarListener(emit: (event: RunPrepared | Notice) => void) {
  return {
    notify: (text: string) => emit({ type: 'notice', text }),
    onPrepared: (hello: Hello, prepared: Prepared) => emit({ type: 'run-prepared', hello, prepared }),
  };
}

/** One line about the sidecar for a log. */
export function describePrepared({ hello, prepared }: RunPrepared): string {
  const { batch, dataset } = prepared;
  const accuracy =
    batch.teacherAccuracy === null ? '' : `, teacher accuracy on it ${(100 * batch.teacherAccuracy).toFixed(1)} %`;
  return (
    `${counted(hello.workers, 'worker')} with ${counted(hello.threads, 'thread')} on ${hello.device}, torch ${hello.versions.torch ?? 'unknown'}; ` +
    `batch of ${batch.size} from ${counted(dataset.images, 'image')}${accuracy}`
  );
}
