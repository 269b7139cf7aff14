/** The paper's recipe for the small made-up study. */
import type { Pipeline } from '../../../../src/core/schemas/pipeline.ts'
import { makePipeline } from '../_study.ts'

/** Experiment A with few voxels. */
export function makePaperPipeline(overrides: readonly string[] = []): Pipeline {
  return makePipeline([
    'protocol=paper',
    'clean.detrend=none',
    'clean.baseline=none',
    'clean.wholeRun=zscore',
    'select.mode=per-subject',
    'align.match=class-order',
    'classify.innerSubjects=0',
    'evaluate.oversample=true',
    ...overrides,
  ])
}

/** Experiment B. */
export function makeSplitPipeline(overrides: readonly string[] = []): Pipeline {
  return makePipeline([
    'protocol=paper',
    'clean.detrend=none',
    'clean.baseline=none',
    'select.mode=all',
    'align.method=none',
    'classify.model=nearest-neighbour',
    'classify.innerSubjects=0',
    'evaluate.split=volumes',
    ...overrides,
  ])
}
