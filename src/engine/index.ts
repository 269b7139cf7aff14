/** The only door to TensorFlow.js: `openEngine` gives an engine that has proved itself correct on this machine. */
export type { AdamOptions, Engine, EngineName } from './engine.ts'
export { openEngine, type EngineOptions } from './open-engine.ts'
export { describeEngines, type EngineVerdict } from './describe-engines.ts'
export type {
  BlockDescription,
  BlockLayer,
  BlockSettings,
  BottleneckWeights,
  ConvolutionWeights,
  FusedBlocks,
  NormWeights,
  StemWeights,
} from './fused/blocks.ts'
