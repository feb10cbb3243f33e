import type { PipelineEvent } from '../../pipeline/pipeline.js';
import type { Reporter } from './reporter.js';
import { createRetrainingReporter } from './retraining.js';
import { createSearchReporter } from './search.js';

/** Shows the steps of a run, each as its own command does. */
export function createPipelineReporter(stream: NodeJS.WriteStream): Reporter<PipelineEvent> {
  const search = createSearchReporter(stream);
  const retraining = createRetrainingReporter(stream);
  let searching = true;
  const endSearch = async (ok: boolean) => {
    if (searching) await search.end(ok);
    searching = false;
  };
  return {
    show(one) {
      if (one.step === 'search') return search.show(one.event);
      void endSearch(true);
      if (one.step === 'retrain') return retraining.show(one.event);
      stream.write(`${one.event.text}\n`);
    },
    async end(ok) {
      await endSearch(ok);
      await retraining.end(ok);
    },
  };
}
