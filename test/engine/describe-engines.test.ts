import { describe, it, expect } from 'vitest'
import { describeEngines } from '../../src/engine/index.ts'

describe('describeEngines', () => {
  it('gives a verdict for every engine, and a way on for those that do not work', async () => {
    const verdicts = await describeEngines()
    expect(verdicts.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['cpu', 'ok'],
      ['webgpu', 'unavailable'],
      ['tensorflow', 'unavailable'],
    ])
    for (const { verdict, remedy } of verdicts) expect(remedy === '').toBe(verdict === 'ok')
  })
})
