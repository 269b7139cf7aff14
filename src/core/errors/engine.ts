/** Error catalogue, engines and models. */
import type { ErrorText } from './error-text.ts'

export const engineErrors = {
  MODEL_UNKNOWN: (d: {
    name: string
    known: readonly string[]
    nearest?: string | undefined
  }): ErrorText => ({
    problem: `There is no model called "${d.name}".`,
    expected: d.nearest === undefined ? `one of ${d.known.join(', ')}` : `"${d.nearest}"`,
    found: `"${d.name}"`,
    remedy:
      d.nearest === undefined
        ? 'Use one of the names above; models/<name>.card.md describes each.'
        : `Write "${d.nearest}" instead.`,
  }),
  ENGINE_UNKNOWN: (d: { name: string; known: readonly string[] }): ErrorText => ({
    problem: `There is no engine called "${d.name}".`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.name,
    remedy: 'Run `limbic doctor` to see which engines work on this machine.',
  }),
  GEMM_UNAVAILABLE: (d: { name: string; known: readonly string[]; reason: string }): ErrorText => ({
    where: 'LIMBIC_GEMM',
    problem: `The matrix product "${d.name}" does not work on this machine: ${d.reason}.`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.name,
    remedy: 'Unset LIMBIC_GEMM to let limbic choose, or name another provider.',
  }),
  ENGINE_MEMORY_EXHAUSTED: (d: { wanted: string; free: string }): ErrorText => ({
    problem: 'The CPU engine has no room for the next array.',
    expected: `${d.wanted} in one piece`,
    found: `${d.free} free, of the 4 GiB at most that the engine can address`,
    remedy: 'Use a smaller batch, or train fewer models at once in one process.',
  }),
  ENGINE_SELF_TEST_FAILED: (d: {
    engine: string
    operation: string
    error: number
    tolerance: number
  }): ErrorText => ({
    where: d.engine,
    problem: `The engine computes ${d.operation} wrongly on this machine, so it is not used.`,
    expected: `a relative error below ${d.tolerance}`,
    found: d.error.toExponential(1),
    remedy:
      'Run `limbic doctor` for the state of every engine; reinstall the packages with `npm ci`.',
  }),
  ENGINE_UNAVAILABLE: (d: { engine: string; reason: string; remedy?: string }): ErrorText => ({
    where: d.engine,
    problem: `The engine does not work on this machine: ${d.reason}.`,
    remedy:
      d.remedy ?? 'Use `--set engine=auto`, or run `limbic doctor` for the state of every engine.',
  }),
  ENGINE_GPU_ERROR: (d: { shader?: string | undefined; message: string }): ErrorText => ({
    where: d.shader === undefined ? 'webgpu' : `webgpu, shader ${d.shader}`,
    problem: 'The GPU refused a calculation, so the results of this run cannot be trusted.',
    found: d.message,
    remedy:
      'Update the graphics driver; until then use `--set engine=cpu`. A checkpointed run resumes where it was.',
  }),
  ENGINE_DEVICE_LOST: (d: { reason: string; message: string }): ErrorText => ({
    where: 'webgpu',
    problem: 'The GPU was lost during the run.',
    found: `${d.reason}: ${d.message}`,
    remedy:
      'Start the same run again: it resumes from its last checkpoint. If the GPU is lost again, use a smaller batch or `--set engine=cpu`.',
  }),
  ENGINE_GPU_LIMIT: (d: { operation: string; bytes: number; limit: number }): ErrorText => ({
    where: `webgpu, ${d.operation}`,
    problem: 'An array is larger than what this GPU lets a shader see at once.',
    expected: `at most ${(d.limit / 2 ** 20).toFixed(0)} MiB`,
    found: `${(d.bytes / 2 ** 20).toFixed(0)} MiB`,
    remedy: 'Use a smaller batch, or `--set engine=cpu`.',
  }),
  ENGINE_OPERATION_UNSUPPORTED: (d: {
    engine: string
    operation: string
    remedy?: string
  }): ErrorText => ({
    where: d.engine,
    problem: `The engine does not do ${d.operation}; stock TensorFlow.js would give wrong numbers here or none.`,
    remedy: d.remedy ?? 'Use `--set engine=cpu`.',
  }),
  TRAIN_DIVERGED: (d: { stage: string; epoch: number; loss: number }): ErrorText => ({
    where: d.stage,
    problem: `The loss is no number any more in epoch ${d.epoch}, so the weights are of no use.`,
    expected: 'a finite loss',
    found: `${d.loss}`,
    remedy:
      'Check the images for voxels that are NaN or infinite with `limbic validate`; if there are none, use a smaller learning rate. The last checkpoint is from before.',
  }),
  ONNX_LAYER_UNSUPPORTED: (d: { layer: string; found: string }): ErrorText => ({
    where: d.layer,
    problem: 'The network cannot be exported to ONNX.',
    expected:
      'one input and one output, and convolutions, dense layers, batch normalisation, additions and common activations between',
    found: d.found,
    remedy: 'Run the network with TensorFlow.js, or build it from the layers that models/ uses.',
  }),
  ONNX_RUNTIME_UNAVAILABLE: (d: { reason: string }): ErrorText => ({
    problem: `ONNX Runtime does not work on this machine: ${d.reason}.`,
    remedy: 'Reinstall the packages with `npm ci`; until then networks run on TensorFlow.js.',
  }),
} as const
