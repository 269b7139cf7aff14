/** Options -> a simulated BIDS dataset with known truth, for demonstrations, tests of whole pipelines and checks on null data. */
export { simulateDataset, type SimulateResult } from './dataset.ts'
export { assertSimulateOptions, defaultSimulateOptions, type SimulateOptions } from './options.ts'
