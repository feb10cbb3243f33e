import { PluginLoader } from '../plugins/loader.js';
import { ok, type Question } from './check.js';

export interface PluginQuestionOptions {
  readonly python: string | undefined;
  /** Limit for the loading, in ms. */
  readonly timeoutMs: number;
}

/** A question for each plugin that the user names: whether it loads, and what it adds. */
export function pluginQuestions(plugins: readonly string[], options: PluginQuestionOptions): Question[] {
  return plugins.map((name) => ({
    name: `plugin ${name}`,
    required: true,
    ask: async () => {
      const { notices } = await new PluginLoader(options).loadConfig({ plugins: [name] });
      return ok(notices.join(' '));
    },
  }));
}
