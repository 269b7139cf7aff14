import { describe, expect, it } from 'vitest'
import { readSlots, writeSlots } from '../../../src/train/network/optimizer-slots.ts'
import { openTestEngine } from './_engine.ts'

const engine = await openTestEngine()
const { tf } = engine

describe('readSlots and writeSlots', () => {
  it('let a second optimiser go on where the first one stood, with variables of other names', async () => {
    const step = (optimizer: ReturnType<typeof engine.createAdam>, name: string, g: number) =>
      tf.tidy(() => optimizer.applyGradients({ [name]: tf.tensor1d([g, -g]) }))
    const variable = tf.variable(tf.tensor1d([1, 2]), true, 'slots/a')
    const first = engine.createAdam({ learningRate: 0.1 })
    step(first, 'slots/a', 1)
    step(first, 'slots/a', -3)
    const slots = await readSlots(tf, first, [variable])
    const copy = tf.variable(variable.clone(), true, 'slots/b')
    const second = engine.createAdam({ learningRate: 0.1 })
    await writeSlots(tf, second, [copy], slots)
    step(first, 'slots/a', 2)
    step(second, 'slots/b', 2)
    expect([...copy.dataSync()]).toEqual([...variable.dataSync()])
    expect(copy.dataSync()[0]).not.toBe(1)
    expect(await readSlots(tf, second, [copy])).toEqual(await readSlots(tf, first, [variable]))
  })
})
