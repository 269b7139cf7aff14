import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import * as limbic from '../../src/index.ts'
import * as models from '../../models/index.ts'
import { readText, root } from './_sources.ts'

interface PackageJson {
  readonly exports: Record<string, string | Record<string, string>>
  readonly bin: Record<string, string>
  readonly files: readonly string[]
}

const packageJson = JSON.parse(readText('package.json')) as PackageJson

it('exports the library that programs build on; a change here is a change for them', () => {
  expect(Object.keys(limbic).sort()).toMatchInlineSnapshot(`
    [
      "LimbicError",
      "afniSource",
      "anova",
      "applyMapper",
      "calibrateBundle",
      "calibrateNewSubject",
      "classifierOf",
      "cleanRun",
      "computeEpiMask",
      "computeRegressors",
      "connectSender",
      "createCausalPreprocessor",
      "createOnlineDetrend",
      "createOnlineStandardize",
      "createOrderBuffer",
      "createPool",
      "createRealigner",
      "createRng",
      "createVolumeDecoder",
      "defaultSimulateOptions",
      "detrendNext",
      "doubleGammaHrf",
      "fitCommonSpace",
      "fitProcrustes",
      "formatReportHtml",
      "formatReportText",
      "formatSliceApproximation",
      "generalizedProcrustes",
      "gloverHrf",
      "hrfDispersionDerivative",
      "hrfTimeDerivative",
      "hyperalign",
      "indexBids",
      "intersectMasks",
      "isLimbicError",
      "labelVolumes",
      "listClassifiers",
      "listPipelines",
      "loadPipeline",
      "onlineSd",
      "onlineTsnr",
      "openEngine",
      "orthogonalProcrustes",
      "predictImage",
      "projectSubject",
      "readBundle",
      "readCalibration",
      "readNifti",
      "readNiftiHeader",
      "readSession",
      "readVolumes",
      "realignRun",
      "replaySession",
      "replaySource",
      "resampleMask",
      "resampleVolume",
      "runInProcess",
      "runPipeline",
      "scoreClassification",
      "simulateDataset",
      "spmHrf",
      "standardizeOnline",
      "startSession",
      "tcpSource",
      "topK",
      "trainBundle",
      "validateBids",
      "watchFolder",
      "writeNifti",
    ]
  `)
})

it('exports the models', () => {
  expect(Object.keys(models).sort()).toMatchInlineSnapshot(`
    [
      "cnn1d",
      "cnn1dPresets",
      "cnn1dTraining",
      "compactInput",
      "findModel",
      "ldaLayerName",
      "memberPrefix",
      "models",
      "resnet3d",
      "resnet3dPresets",
      "resnet3dTraining",
      "resnet3dVariants",
    ]
  `)
})

it('names only files that the build makes', () => {
  const targets = Object.values(packageJson.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  )
  const missing = [...targets, ...Object.values(packageJson.bin)]
    .map((path) => path.replace(/\*$/, ''))
    .filter((path) => !existsSync(join(root, path)))
  expect(missing).toEqual([])
})

it('can be imported by its own name after the build', async () => {
  const name = 'limbic'
  const built = (await import(/* @vite-ignore */ name)) as Record<string, unknown>
  expect(Object.keys(built).sort()).toEqual(Object.keys(limbic).sort())
})
