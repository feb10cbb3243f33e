/** A published recipe for training the architecture that a search found. */
export interface PublishedRecipe {
  readonly name: string;
  /** Where it is published, for messages. */
  readonly source: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** Largest norm of the gradient; 0 for no clipping. */
  readonly gradientNorm: number;
  /** How the learning rate falls to 0: along half a cosine or in a straight line. */
  readonly schedule: 'cosine' | 'linear';
  /** Share of each label that is spread over all classes. */
  readonly labelSmoothing: number;
  /** Probability of drop path at the end of the training; 0 for none. */
  readonly dropPath: number;
  /** Weight of the loss of an auxiliary head; 0 for no such head. */
  readonly auxiliaryWeight: number;
  /** Side of the square that cutout removes, in pixels; 0 for none. */
  readonly cutout: number;
  /** Size of the network; null when the space fixes it. */
  readonly network: { readonly channels: number; readonly cells: number } | null;
  /** Warm-up of the learning rate for batches above a number of images; null for none. */
  readonly largeBatch: {
    readonly above: number;
    readonly warmupEpochs: number;
    /** Share of the learning rate that the first epoch begins with. */
    readonly warmupFactor: number;
  } | null;
}
