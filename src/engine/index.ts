/** The only door to TensorFlow.js: `openEngine` gives an engine that has proved itself correct on this machine. */
export type { Engine, EngineName } from './engine.ts'
