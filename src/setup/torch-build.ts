/** Chooses the build of PyTorch and its index for pip. */
import { UsageError } from '../errors.js';
import { pinnedVersion } from '../installation/project.js';
import { runProgram } from '../sidecar/process/run-program.js';

export const TORCH_CHOICES = ['auto', 'cpu', 'cuda'] as const;
export type TorchChoice = (typeof TORCH_CHOICES)[number];
export type TorchBuild = Exclude<TorchChoice, 'auto'>;

export interface ChosenBuild {
  readonly build: TorchBuild;
  /** A clause that follows "because", e.g. `nvidia-smi lists no GPU`. */
  readonly reason: string;
}

/** A requirement for pip, and the index that has it where PyPI has not. */
export interface TorchSource {
  readonly requirement: string;
  readonly index: string | null;
}

/** PyPI's builds for Linux need CUDA and take several GB. The builds for the CPU are on PyTorch's own index. */
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

/**
 * Chooses the CUDA build when `nvidia-smi` lists a GPU, else the CPU build.
 * @throws UsageError `no-such-build` for CUDA on a platform other than Linux.
 */
export async function chooseBuild(
  choice: TorchChoice,
  platform: NodeJS.Platform = process.platform,
  signal?: AbortSignal,
): Promise<ChosenBuild> {
  if (choice === 'cpu') return { build: 'cpu', reason: '--torch cpu asks for it' };
  if (platform !== 'linux') {
    if (choice === 'cuda') throw noSuchBuild(platform);
    return { build: 'cpu', reason: `PyPI publishes this build for ${platform}` };
  }
  if (choice === 'cuda') return { build: 'cuda', reason: '--torch cuda asks for it' };
  const gpu = await firstGpu(signal);
  if (gpu === null) return { build: 'cpu', reason: 'nvidia-smi lists no GPU' };
  return { build: 'cuda', reason: `nvidia-smi lists ${gpu}` };
}

/** The index from which pip gets exactly the chosen build of the pinned version. */
export function torchSourceOf(build: TorchBuild, platform: NodeJS.Platform = process.platform): TorchSource {
  const version = pinnedVersion('torch');
  if (platform !== 'linux') return { requirement: `torch==${version}`, index: null };
  if (build === 'cpu') return { requirement: `torch==${version}+cpu`, index: CPU_INDEX };
  // Arbitrary equality: `==` would accept 2.13.0+cpu for 2.13.0 and prefer it.
  return { requirement: `torch===${version}`, index: null };
}

async function firstGpu(signal: AbortSignal | undefined): Promise<string | null> {
  const { exit, output } = await runProgram('nvidia-smi', ['-L'], { signal });
  return exit.code === 0 ? (/^GPU \d+: [^(\n]*[^(\s]/m.exec(output)?.[0] ?? null) : null;
}

function noSuchBuild(platform: string): UsageError {
  return new UsageError(`\`setup\` installs the CUDA build of PyTorch on Linux alone, and this is ${platform}.`, {
    code: 'no-such-build',
    nextSteps: ['Install PyTorch into an environment as https://pytorch.org/get-started says, and activate it.'],
  });
}
