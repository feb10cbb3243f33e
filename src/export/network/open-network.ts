/** A network as a live object of a script, over the bridge. */
import { z } from 'zod';
import { type Bridge, openBridge } from '../../bridge/index.js';
import { pluginArguments } from '../../definitions/plugin.js';
import { UsageError } from '../../errors.js';
import { pathOption } from '../../installation/paths.js';
import {
  anyText,
  arrayOf,
  checkArgument,
  checkOptions,
  filledText,
  type OptionShape,
  seedOption,
} from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import type { SidecarFailure } from '../../protocol/messages.js';
import { ErrorReply, errorOfReply } from '../../sidecar/failures.js';
import { findPython } from '../../sidecar/process/find-python.js';
import { type SubjectOptions, subjectOf } from './subject.js';

/** Options of {@link openNetwork}. */
export interface OpenNetworkOptions extends Omit<SubjectOptions, 'network' | 'search'> {
  /** The Python interpreter to use; by default as for a search. */
  readonly python?: string | undefined;
}

const OPEN_OPTIONS: OptionShape<OpenNetworkOptions> = {
  cfg: pathOption.optional(),
  overrides: arrayOf(anyText, 'texts').optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  weights: pathOption.optional(),
  seed: seedOption.optional(),
  python: pathOption.optional(),
};

/** Numbers and their shape. The first dimension is that of the images. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Images {
  /** All images one after the other, RGB: bytes from 0 to 255, or numbers from 0 to 1. */
  readonly data: Uint8Array | Float32Array;
  /** `nchw` has the channels one after the other, `nhwc` the three numbers of each pixel together; `nchw` by default. */
  readonly layout?: 'nchw' | 'nhwc' | undefined;
}

/** A network that a script works with. Its interpreter ends with {@link OpenNetwork.close}, or with the script. */
export interface OpenNetwork {
  readonly genotype: string;
  readonly space: string;
  readonly dataset: string;
  readonly classes: number;
  /** Names of the classes, in the order of the logits; empty where they have only numbers. */
  readonly classNames: readonly string[];
  /** Height and width of an image, in pixels. */
  readonly resolution: number;
  /** The test accuracy of its weights in per cent; null when it is not known. */
  readonly accuracy: number | null;
  /**
   * The live `torch.nn.Module`, in evaluation mode. It answers (features of three stages, logits) to normalised images.
   * Each attribute and each call is a promise.
   */
  readonly module: unknown;
  /** The probable class of each image, with its probability, and all logits. */
  classify(images: Images): Promise<Classification>;
  /** The features of the three stages. */
  features(images: Images): Promise<readonly NumberArray[]>;
  /**
   * Linear CKA with another network for each stage, 0 to 1: how similarly they represent the images. The networks may
   * have different sizes; each gets the images in its own resolution.
   * @param own the images for this network
   * @param others the same images for the other one; by default the same data
   */
  cka(other: OpenNetwork, own: Images, others?: Images): Promise<readonly number[]>;
  /** Ends the interpreter. May be called twice. */
  close(): Promise<void>;
}

export interface Classification {
  /** The class with the largest logit, for each image. */
  readonly classes: Int32Array;
  /** The probabilities of these classes. */
  readonly probabilities: Float32Array;
  readonly logits: NumberArray;
}

/** The part of `rminas_sidecar.export.live` that is used here. */
interface LiveModule {
  open_network(request: string): Promise<{ failure: Promise<string | null>; network: Promise<LiveNetwork> }>;
}
interface LiveNetwork {
  readonly module: Promise<unknown>;
  answer(images: string, kind: string, layout: string): Promise<string>;
  grams(images: string, kind: string, layout: string): Promise<string>;
}

const packedSchema = z.object({ shape: z.array(z.number()), data: z.string() });
const answerSchema = z.object({ logits: packedSchema, features: z.array(packedSchema) });

/**
 * Opens a network in a Python of its own: the answer of a search, the network and the weights of a retraining, or a
 * genotype. No Python has to be written.
 *
 * @example
 * const network = await openNetwork('exp/retrain-nas-bench-201-digits');
 * const { classes } = await network.classify({ data: pixels });
 * @throws as exportNetwork; SidecarError when the interpreter ends
 */
export async function openNetwork(network: string, options: OpenNetworkOptions = {}): Promise<OpenNetwork> {
  const named = checkArgument('openNetwork()', 'network', pathOption, network);
  const { python: given, ...subjectOptions } = checkOptions('openNetwork()', OPEN_OPTIONS, options);
  const { config, plan, seed, weights, accuracy } = await subjectOf(
    { network: named, ...subjectOptions },
    new PluginLoader({ python: given }),
  );
  const python = await findPython(given);
  const bridge = await openBridge({ python });
  try {
    const { retraining } = plan;
    const plugins = pluginArguments(config.plugins);
    const live = await open(bridge, { retraining, seed, weights, plugins }, python);
    const { genotype, space, dataset, network: size } = retraining;
    const { own } = config.catalogue.datasets.get(dataset, 'LOADER.DATASET');
    const facts = { genotype, space, dataset, accuracy, classNames: own?.classNames ?? [] };
    const { classes, resolution } = size;
    return new BridgedNetwork(bridge, live, await live.module, { ...facts, classes, resolution });
  } catch (error) {
    await bridge.close();
    throw error;
  }
}

async function open(bridge: Bridge, request: object, python: string): Promise<LiveNetwork> {
  const module = await bridge.import<LiveModule>('rminas_sidecar.export.live');
  const opened = await module.open_network(JSON.stringify(request));
  const failure = await opened.failure;
  if (failure !== null) throw errorOfReply(new ErrorReply(JSON.parse(failure) as SidecarFailure), python);
  return opened.network;
}

type Facts = Pick<OpenNetwork, 'genotype' | 'space' | 'dataset' | 'accuracy' | 'classNames' | 'classes' | 'resolution'>;

const CHANNELS = 3;

class BridgedNetwork implements OpenNetwork {
  readonly genotype: string;
  readonly space: string;
  readonly dataset: string;
  readonly accuracy: number | null;
  readonly classNames: readonly string[];
  readonly classes: number;
  readonly resolution: number;
  readonly module: unknown;
  readonly #bridge: Bridge;
  readonly #live: LiveNetwork;

  constructor(bridge: Bridge, live: LiveNetwork, module: unknown, facts: Facts) {
    this.#bridge = bridge;
    this.#live = live;
    this.module = module;
    this.genotype = facts.genotype;
    this.space = facts.space;
    this.dataset = facts.dataset;
    this.accuracy = facts.accuracy;
    this.classNames = facts.classNames;
    this.classes = facts.classes;
    this.resolution = facts.resolution;
  }

  async classify(images: Images): Promise<Classification> {
    const { logits } = await this.#answer(images);
    const unpacked = unpack(logits);
    return { ...mostProbable(unpacked), logits: unpacked };
  }

  async features(images: Images): Promise<readonly NumberArray[]> {
    const { features } = await this.#answer(images);
    return features.map(unpack);
  }

  async cka(other: OpenNetwork, own: Images, others: Images = own): Promise<readonly number[]> {
    if (!(other instanceof BridgedNetwork)) throw notOpened();
    const [mine, theirs] = await Promise.all([this.#grams(own), other.#grams(others)]);
    return mine.map((gram, stage) => similarity(gram, theirs[stage]));
  }

  close(): Promise<void> {
    return this.#bridge.close();
  }

  async #answer(images: Images) {
    const text = await this.#live.answer(...this.#pack(images));
    return answerSchema.parse(JSON.parse(text));
  }

  async #grams(images: Images): Promise<NumberArray[]> {
    const text = await this.#live.grams(...this.#pack(images));
    return z.array(packedSchema).parse(JSON.parse(text)).map(unpack);
  }

  #pack({ data, layout = 'nchw' }: Images): [string, string, string] {
    const kind = data instanceof Uint8Array ? 'uint8' : data instanceof Float32Array ? 'float32' : undefined;
    const each = CHANNELS * this.resolution ** 2;
    if (kind === undefined || data.length === 0 || data.length % each !== 0) {
      throw new UsageError(
        `Expected images as a Uint8Array or Float32Array with a multiple of ${CHANNELS} × ${this.resolution} × ` +
          `${this.resolution} numbers, got ${kind === undefined ? String(data) : `${data.length} numbers`}.`,
        { code: 'unsuitable-images', nextSteps: ['Scale each image to the resolution of the network, in RGB.'] },
      );
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return [bytes.toString('base64'), kind, layout];
  }
}

function notOpened(): UsageError {
  return new UsageError('CKA needs another network that openNetwork() has opened.', {
    code: 'invalid-option',
    nextSteps: ['Open the other network first: const other = await openNetwork(genotype)'],
  });
}

function unpack({ shape, data }: z.infer<typeof packedSchema>): NumberArray {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return { shape, data: new Float32Array(bytes.buffer) };
}

function mostProbable({ shape: [count = 0, classes = 0], data }: NumberArray): Omit<Classification, 'logits'> {
  const chosen = new Int32Array(count);
  const probabilities = new Float32Array(count);
  for (let image = 0; image < count; image += 1) {
    const logits = data.subarray(image * classes, (image + 1) * classes);
    const highest = Math.max(...logits);
    chosen[image] = logits.indexOf(highest);
    probabilities[image] = 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  }
  return { classes: chosen, probabilities };
}

/** Linear CKA of two centred Gram matrices (Kornblith et al., ICML 2019). */
function similarity(one: NumberArray, other: NumberArray | undefined): number {
  if (other === undefined || other.data.length !== one.data.length) {
    throw new UsageError('Both networks must get the same images.', {
      code: 'unsuitable-images',
      nextSteps: ['Give the images for the other network, in its resolution, as the third argument of cka().'],
    });
  }
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot(one.data, other.data) / Math.sqrt(dot(one.data, one.data) * dot(other.data, other.data));
}
