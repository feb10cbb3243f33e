/** The size of a network. */
import type { SpaceDefinition } from '../../spaces/definition.js';
import type { SharedValues } from '../schema/shared-keys.js';

/** RMINAS.CHANNELS and RMINAS.CELLS where they are set, else the size of the original, else that of TRAIN. */
export function networkSizeOf(
  values: SharedValues,
  { network }: Pick<SpaceDefinition, 'network'>,
): { channels: number; cells: number } {
  return {
    channels: values['RMINAS.CHANNELS'] || (network?.channels ?? values['TRAIN.CHANNELS']),
    cells: values['RMINAS.CELLS'] || (network?.cells ?? values['TRAIN.LAYERS']),
  };
}
