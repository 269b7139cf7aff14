import { describe, expect, it } from 'vitest'
import { chooseFastest, timeTraining } from '../../src/engine/choose-fastest.ts'
import { openEngine, type EngineName } from '../../src/engine/index.ts'

const cpu = await openEngine('cpu')

/** Chooses between engines whose steps take so long, or fail. */
async function choose(
  times: Partial<Record<EngineName, number>>,
): Promise<{ chosen: EngineName; closed: EngineName[] }> {
  const closed: EngineName[] = []
  const chosen = await chooseFastest(
    Object.keys(times) as EngineName[],
    (name) => Promise.resolve({ ...cpu, name }),
    ({ name }) => void closed.push(name),
    ({ name }) =>
      times[name] === Infinity
        ? Promise.reject(new Error(`${name} fails`))
        : Promise.resolve(times[name]!),
  )
  return { chosen, closed }
}

describe('chooseFastest', () => {
  it('takes the engine whose steps take least, and closes the others', async () => {
    expect(await choose({ cpu: 20, webgpu: 10 })).toEqual({ chosen: 'webgpu', closed: ['cpu'] })
    expect(await choose({ cpu: 10, webgpu: 20 })).toEqual({ chosen: 'cpu', closed: ['webgpu'] })
  })

  it('passes over an engine that fails, and closes it', async () => {
    expect(await choose({ webgpu: Infinity, cpu: 0 })).toEqual({
      chosen: 'cpu',
      closed: ['webgpu'],
    })
  })

  it('fails as the first engine did when none works', async () => {
    await expect(choose({ cpu: Infinity, webgpu: Infinity })).rejects.toThrow('cpu fails')
  })
})

describe('timeTraining', () => {
  it('leaves nothing behind', async () => {
    const before = cpu.tf.memory().numTensors
    expect(await timeTraining(cpu)).toBeGreaterThan(0)
    expect(cpu.tf.memory().numTensors).toBe(before)
  })
})
