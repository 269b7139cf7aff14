import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOnnxSession } from '../../../src/engine/onnx/index.ts'
import { temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { train } from '../../pipeline/bundle/_trained.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const file = join(dir, 'network.onnx')

beforeAll(() => writeDataset(bids))
afterAll(remove)

describe('limbic export', () => {
  it('refuses a decoder without a network, and writes nothing', async () => {
    await train(bids, join(dir, 'linear'))
    const { code, stderr } = await limbic('export', join(dir, 'linear', 'bundle'), '--onnx', file)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^BUNDLE_WITHOUT_NETWORK: /)
    expect(existsSync(file)).toBe(false)
  })

  it('writes a model that runs, and says what goes in and what comes out', async () => {
    const settings = ['model=cnn1d', 'options={epochs: 1}'].map((one) => `classify.${one}`)
    await train(bids, join(dir, 'network'), ...settings)
    const { code, stdout } = await limbic('export', join(dir, 'network', 'bundle'), '--onnx', file)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^cnn1d in .*network\.onnx, 0\.\d MiB\nfeatures \[batch x 8 x 1\]: the 8 /,
    )
    expect(stdout).toMatch(
      /\nscores \[batch x 3\]: negative, neutral, rest\nprobabilities: softmax\(scores \/ \d/,
    )
    const session = openOnnxSession(new Uint8Array(readFileSync(file)))
    expect(session.run(new Float32Array(8))).toHaveLength(3)
    session.dispose()
  })

  it('wants to know where to', async () => {
    expect((await limbic('export', dir)).code).toBe(2)
  })
})
