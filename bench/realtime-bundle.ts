/** A decoder bundle of full size with weights as they are before training: what it costs to decode with does not depend on what it has learnt. */
import { cnn1d } from '../models/cnn1d.ts'
import { resnet3d } from '../models/resnet3d.ts'
import { openEngine } from '../src/engine/index.ts'
import type { Calibration } from '../src/evaluate/protocol/calibration.ts'
import { writeBundleFiles } from '../src/pipeline/bundle/files.ts'
import type { DecoderParts } from '../src/pipeline/bundle/read-bundle.ts'
import { parsePipeline } from '../src/pipeline/load.ts'
import { readWeights } from '../src/train/network/index.ts'
import type { ClassifierState } from '../src/train/classifier.ts'
import { realtimeGrid } from './realtime-grid.ts'

const nVoxels = 64 * 64 * 34
const classes = ['negative', 'neutral', 'rest']

/**
 * Writes a bundle with the paper's 1D CNN on 300 voxels, or its 3D ResNet-50 on whole volumes.
 *
 * @param dir - The bundle folder.
 * @param model - Which network.
 * @returns When it is there.
 * @throws {LimbicError} As `openEngine`.
 */
export async function writeRealtimeBundle(dir: string, model: 'cnn1d' | 'resnet3d'): Promise<void> {
  const whole = model === 'resnet3d'
  const voxels = whole
    ? Int32Array.from({ length: nVoxels }, (_, i) => i)
    : Int32Array.from({ length: 300 }, (_, i) => 60_000 + 7 * i)
  const pipeline = parsePipeline(
    `name: bench\nengine: cpu\nsteps:\n  - stage: data\n  - stage: label\n    classes: { negative: [negative], neutral: [neutral] }\n  - stage: clean\n    baseline: ${whole ? 'none' : 'calibration'}\n  - stage: classify\n    model: ${model}\n`,
    'bench.yaml',
    [],
  )
  const selection = { kind: 'selection', fittedOn: [], mode: 'shared', voxels, f: new Float64Array(voxels.length) } as const // prettier-ignore
  const variant = whole ? 'zero-shot' : 'calibrated'
  const calibration: Calibration = {
    subject: '01',
    variant,
    selection,
    mapper: null,
    scaler: whole
      ? null
      : {
          kind: 'scaler',
          fittedOn: [],
          mean: new Float64Array(300).fill(1000),
          sd: new Float64Array(300).fill(50),
        },
  }
  const parts: DecoderParts = {
    pipeline,
    temperature: 1,
    classifier: whole ? await resnetState() : await cnnState(),
    population: { variant, subjects: ['01'], selection, commonSpace: null, rowKeys: [], fittedOn: [] }, // prettier-ignore
  }
  await writeBundleFiles(
    dir,
    {
      format: 'limbic-bundle-1',
      name: 'bench',
      version: '0',
      model,
      classes: whole ? classes.slice(0, 2) : classes,
      grid: { shape: [...realtimeGrid.shape], affine: [...realtimeGrid.affine] },
      trSeconds: 2,
      trainingSubjects: ['01'],
      voxelMode: whole ? 'all' : 'shared',
      baseline: pipeline.clean.baseline,
      nVoxels: voxels.length,
      nFeatures: voxels.length,
      temperature: 1,
      metrics: null,
      pipelineSha256: '0',
      datasetSha256: '0',
    },
    { 'decoder.state': parts, 'subjects/01.state': calibration },
  )
}

async function cnnState(): Promise<ClassifierState> {
  const { tf } = await openEngine('cpu')
  const model = cnn1d(tf, { preset: 'paper', inputLength: 300, nClasses: 3, seed: 0, output: 'logits' }) // prettier-ignore
  const weights = await readWeights(model)
  model.dispose()
  const state = { kind: 'classifier/cnn1d', fittedOn: [], nClasses: 3, nFeatures: 300, preset: 'paper', projection: null, weights, epochs: [] } // prettier-ignore
  return state
}

async function resnetState(): Promise<ClassifierState> {
  const engine = await openEngine('cpu')
  const model = resnet3d(engine.tf, { preset: 'paper', shape: realtimeGrid.shape, nClasses: 2, seed: 0, output: 'logits', fused: engine.fused }) // prettier-ignore
  const weights = await readWeights(model)
  model.dispose()
  const grid = { shape: realtimeGrid.shape, voxels: Int32Array.from({ length: nVoxels }, (_, i) => i) } // prettier-ignore
  const state = { kind: 'classifier/resnet3d', fittedOn: [], nClasses: 2, nFeatures: nVoxels, preset: 'paper', depth: 50, grid, volumeZ: true, weights, epochs: [] } // prettier-ignore
  return state
}
