import { z } from 'zod';
import type { ArchitectureGraph } from '../definitions/graph.js';
import { UsageError } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { checkOptions, filledText, type OptionShape } from '../options.js';
import { PluginLoader } from '../plugins/loader.js';
import { architectureSvg } from '../report/cell/svg.js';
import { writeNamedFile } from '../system/named-file.js';
import { findArchitecture } from './subject.js';

export interface ShowOptions {
  /** A genotype, a published name such as `DARTS_V2`, or the folder of a search or a retraining. */
  readonly architecture: string;
  /** Name or YAML file of the space; by default the space in whose notation the genotype is. */
  readonly space?: string | undefined;
  /** File for the picture, as SVG. */
  readonly out?: string | undefined;
  /** Python interpreter that describes plugins of a run. */
  readonly python?: string | undefined;
}

const SHOW_OPTIONS: OptionShape<ShowOptions> = {
  architecture: filledText,
  space: filledText.optional(),
  out: pathOption.optional(),
  python: pathOption.optional(),
};

/** An architecture as graphs. */
export const shownArchitectureSchema = z.strictObject({
  schema: z.literal(1),
  space: z.string(),
  /** In the normal form of the space. */
  genotype: z.string(),
  /** The published name by which it was given; null for other texts. */
  name: z.string().nullable(),
  /** The folder of the run that found it; null for a genotype. */
  run: z.string().nullable(),
  /** One graph for each kind of cell, or the rows of blocks. */
  graphs: z.array(z.custom<ArchitectureGraph>((value) => typeof value === 'object' && value !== null)),
  /** The file of the picture; null without one. */
  file: z.string().nullable(),
});
export type ShownArchitecture = z.infer<typeof shownArchitectureSchema>;

/**
 * Draws an architecture: the graphs of its cells, and on request a picture of them as SVG.
 *
 * @example
 * await showArchitecture({ architecture: 'DARTS_V2', out: 'darts.svg' });
 * @throws UsageError for a text of no space and for a run without an answer; MissingError for a missing folder
 */
export async function showArchitecture(given: ShowOptions): Promise<ShownArchitecture> {
  const { architecture, space, out, python } = checkOptions('showArchitecture()', SHOW_OPTIONS, given);
  if (out !== undefined && !out.endsWith('.svg')) {
    throw new UsageError(`The picture is SVG, and ${out} does not end in .svg.`, {
      code: 'invalid-file',
      nextSteps: ['Name a file such as cell.svg.'],
    });
  }
  const subject = await findArchitecture({ architecture, space }, new PluginLoader({ python }));
  const { genotype, name, run } = subject;
  const graphs = subject.space.graphs(genotype);
  if (out !== undefined) writeNamedFile(out, architectureSvg(name ?? genotype, graphs));
  return { schema: 1, space: subject.space.name, genotype, name, run, graphs: [...graphs], file: out ?? null };
}
