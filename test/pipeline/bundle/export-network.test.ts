import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openOnnxSession } from '../../../src/engine/onnx/index.ts'
import { exportNetwork } from '../../../src/pipeline/bundle/export-network.ts'
import { readBundle } from '../../../src/pipeline/bundle/read-bundle.ts'
import { openOnce } from '../../../src/pipeline/fold-task.ts'
import { classifierOf } from '../../../src/train/classifiers.ts'
import { applyProjection } from '../../../src/train/network/projection.ts'
import { temporaryFolder, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const openEngine = openOnce('cpu')
await writeDataset(bids)
afterAll(remove)

const volumes = ['select.mode=all', 'align.method=none']

describe('exportNetwork', () => {
  it('gives the scores that the decoder itself gives: a network on features', async () => {
    const settings = ['model=cnn1d', 'options={epochs: 2, batchSize: 16}']
    await train(bids, dir, ...settings.map((setting) => `classify.${setting}`))
    const bundle = await readBundle(join(dir, 'bundle'))
    const { bytes, inputShape, input } = await exportNetwork(bundle, openEngine)
    expect(inputShape).toEqual([8, 1])
    expect(input).toBe('the 8 features of a volume, projected onto the 8 components in the decoder')
    const { projection } = bundle.classifier as unknown as {
      projection: Parameters<typeof applyProjection>[0]
    }
    const features = { data: Float32Array.from({ length: 8 }, (_, i) => i - 4), nRows: 1, nCols: 8 }
    const session = openOnnxSession(bytes)
    const found = session.run(applyProjection(projection, features))
    const { data } = await classifierOf('cnn1d').score(bundle.classifier, features, { openEngine })
    data.forEach((score, c) => expect(found[c]).toBeCloseTo(score, 4))
    session.dispose()
  })

  it('gives the scores that the decoder itself gives: a network on volumes', async () => {
    const settings = ['model=resnet3d', 'options={epochs: 1, batchSize: 16, volumeZ: false}']
    await train(bids, dir, ...volumes, ...settings.map((setting) => `classify.${setting}`))
    const bundle = await readBundle(join(dir, 'bundle'))
    const { bytes, inputShape, input } = await exportNetwork(bundle, openEngine)
    expect(inputShape).toEqual([10, 10, 8, 1])
    const nVoxels = bundle.manifest.nFeatures
    expect(input).toBe(`a volume [x][y][z], 0 outside the decoder's ${nVoxels} voxels`)
    const features = { data: new Float32Array(nVoxels), nRows: 1, nCols: nVoxels }
    const session = openOnnxSession(bytes)
    const found = session.run(new Float32Array(10 * 10 * 8))
    const { data } = await classifierOf('resnet3d').score(bundle.classifier, features, {
      openEngine,
    })
    data.forEach((score, c) => expect(found[c]).toBeCloseTo(score, 4))
    session.dispose()
  })

  it('says that a linear model holds no network', async () => {
    await train(bids, dir)
    const bundle = await readBundle(join(dir, 'bundle'))
    await expect(exportNetwork(bundle, openEngine)).rejects.toMatchObject({
      code: 'BUNDLE_WITHOUT_NETWORK',
      message: expect.stringMatching(/one of cnn1d, resnet3d.*lda.*limbic predict/s) as string,
    })
  })
})
