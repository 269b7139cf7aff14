/** BIDS datasets, raw or preprocessed by fMRIPrep -> runs, events, confounds and findings. */
export type { BidsDataset, BidsOptions, BidsRun } from './types.ts'
export { parseBidsName, runIdOf, type BidsName } from './entities.ts'
export { indexBids } from './index-bids.ts'
export { validateBids, type ValidateOptions } from './validate-bids.ts'
export { readEvents, type BidsEvent } from './events.ts'
export { readConfounds, type Confounds } from './confounds.ts'
export { createJsonReader, type JsonReader } from './inheritance.ts'
