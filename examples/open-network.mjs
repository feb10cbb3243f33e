// Works with networks, without Python: node open-network.mjs NETWORK [OTHER] [KEY VALUE …]
import { openNetwork } from 'rminas';

const [first, second = first, ...overrides] = process.argv.slice(2);
const options = overrides.length > 0 ? { overrides } : {};
const network = await openNetwork(first, options);
const other = await openNetwork(second, options);

// Eight images of noise; bytes from 0 to 255, all red values of an image first, then the green and the blue ones.
const side = network.resolution;
const images = { data: Uint8Array.from({ length: 8 * 3 * side * side }, (_, at) => (at * 7919) % 256) };

const { classes, probabilities } = await network.classify(images);
const features = await network.features(images);
const cka = await network.cka(other, images);
// The live torch.nn.Module; each attribute and each call is a promise.
const weights = await network.module.state_dict();

console.log(
  JSON.stringify({
    classes: [...classes],
    probabilities: [...probabilities],
    features: features.map(({ shape }) => shape),
    cka,
    tensors: await weights.length,
  }),
);
// The interpreters end with the script.
