/** The networks that can be trained as teachers, as a space: an architecture is a network's name. */
import type { PublishedRecipe } from '../../definitions/recipe.js';
import { defineSpace, type SpaceDefinition } from '../../spaces/definition.js';
import { PLAIN_RECIPE } from '../../spaces/recipes.js';
import { createSlotSpace } from '../../spaces/slots/space.js';

/** The Python module that registers the space in the sidecar. */
export const TEACHERS_PLUGIN = 'rminas_sidecar.plugins.teachers';

/** SGD along a cosine with small batches, which suits small data sets, too. */
const TEACHER_RECIPE: PublishedRecipe = {
  ...PLAIN_RECIPE,
  name: 'teacher',
  source: 'He et al., CVPR 2016, section 4.2, with a cosine and Nesterov momentum',
  epochs: 100,
  batchSize: 128,
};

const plain = defineSpace({
  name: 'teachers',
  doc: 'Networks by name, for `rminas teacher train`.',
  space: createSlotSpace({ name: 'teachers', slots: [{ name: 'network', choices: ['digits-resnet', 'resnet20'] }] }),
  // A text of it may look like a genotype of another space.
  beginning: null,
});

export const TEACHER_NETWORKS: SpaceDefinition = {
  ...plain,
  retraining: { recipe: () => TEACHER_RECIPE, regularised: false, normalForm: (text) => text },
};
