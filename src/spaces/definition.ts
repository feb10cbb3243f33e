import type { DatasetDefinition } from '../datasets/definition.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import type { ArchitectureGraph } from '../definitions/graph.js';
import type { KeyDefault } from '../definitions/key.js';
import type { PublishedRecipe } from '../definitions/recipe.js';
import { anyText, arrayOf, checkArgument, filledText, objectWith } from '../options.js';
import { tidyNotation } from './notation.js';
import { namedGenotype, type PublishedGenotype } from './published.js';
import { PLAIN_RECIPE } from './recipes.js';
import { slotGraphs } from './slots/graph.js';
import { type Space, spaceOption } from './space.js';

/** Values that the original search script of a space fixes. */
export interface OriginalScript {
  /** Where these values come from, for messages. */
  readonly name: string;
  /** Defaults of keys that differ from the common ones, by full name. */
  readonly keys: Readonly<Record<string, KeyDefault>>;
  /** Name of the only data set that the script reads; null when a key chooses it. */
  readonly dataset: string | null;
}

/** How networks of a space are trained once a search has found one. */
export interface RetrainingDefinition {
  /** The published recipe for a data set. */
  recipe(dataset: DatasetDefinition): PublishedRecipe;
  /**
   * The normal form of a text from which a network can be built. Only normal forms are sent to the sidecar. A space may
   * accept more here than its search proposes.
   * @throws UsageError that says what is wrong with the text.
   */
  normalForm(genotype: string): string;
  /** Whether its networks have drop path and an auxiliary head. */
  readonly regularised: boolean;
}

/** A search space: everything that rminas knows of it outside the sidecar, which builds its networks. */
export interface SpaceDefinition {
  /** The name in the specification and in the sidecar. */
  readonly name: string;
  /** Other names that SPACE.NAME accepts. */
  readonly aliases: readonly string[];
  /** One sentence for the documentation. */
  readonly doc: string;
  readonly space: Space;
  /** How only genotypes of this space begin; null when they have no such beginning. */
  readonly beginning: RegExp | null;
  /** Channels of the stem and number of cells in the original; null when TRAIN.CHANNELS and TRAIN.LAYERS set them. */
  readonly network: { readonly channels: number; readonly cells: number } | null;
  /** Channels and cells that suit images of the user, by their side in pixels; left out when the original suits all. */
  readonly sizeFor?: (resolution: number) => { readonly channels: number; readonly cells: number };
  /** Index of the loss that the code of the archive observes; null when the archive does not have the space. */
  readonly observedStep: number | null;
  /** `clipped-cosine`: OPTIM.GRAD_CLIP limits the gradient and the learning rate falls to OPTIM.MIN_LR. */
  readonly schedule: 'constant' | 'clipped-cosine';
  readonly script: OriginalScript;
  /** Prefix of the names of the archive's files that search this space; null when there are none. */
  readonly archivePrefix: string | null;
  /** Whether XNAS can build its networks. */
  readonly xnas: boolean;
  /** Whether its vote leaves out edges and therefore ranks them. */
  readonly ranksEdges: boolean;
  readonly retraining: RetrainingDefinition;
  readonly benchmark: BenchmarkDefinition | null;
  /** Genotypes that papers published under names. The names are read wherever {@link retraining} reads a genotype. */
  readonly published: readonly PublishedGenotype[];
  /**
   * The graphs that a picture of an architecture shows. A slot space without its own shows its choices.
   * @param genotype a text that {@link RetrainingDefinition.normalForm} takes
   * @throws UsageError that says what is wrong with the text.
   */
  graphs(genotype: string): readonly ArchitectureGraph[];
}

type Required = 'name' | 'doc' | 'space';
export type SpaceFields = Pick<SpaceDefinition, Required> &
  Partial<Omit<SpaceDefinition, Required | 'retraining' | 'script'>> & {
    readonly retraining?: Partial<RetrainingDefinition>;
    readonly script?: Partial<OriginalScript>;
  };

const fieldsOption = objectWith<object>('a definition', {
  name: filledText,
  aliases: arrayOf(filledText, 'names').optional(),
  doc: anyText,
  space: spaceOption,
});

/**
 * A definition in which the fields that are left out have the values of a space that only rminas knows.
 * @throws UsageError `invalid-option`
 */
export function defineSpace(given: SpaceFields): SpaceDefinition {
  checkArgument('defineSpace()', 'definition', fieldsOption, given);
  const { retraining, script, ...fields } = given;
  const { normalForm = (text: string) => fields.space.print(fields.space.parse(text)) } = retraining ?? {};
  const { graphs = slotGraphs, published = [] } = fields;
  const readTidy = (text: string) => normalForm(tidyNotation(namedGenotype(published, text)));
  return {
    aliases: [],
    beginning: null,
    network: null,
    observedStep: null,
    schedule: 'constant',
    archivePrefix: null,
    xnas: false,
    ranksEdges: false,
    benchmark: null,
    published,
    ...fields,
    script: { name: "XNAS's RMINAS.py", keys: {}, dataset: null, ...script },
    retraining: {
      recipe: () => PLAIN_RECIPE,
      regularised: false,
      ...retraining,
      normalForm: readTidy,
    },
    graphs: (text) => graphs(readTidy(text)),
  };
}
