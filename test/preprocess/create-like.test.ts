import { describe, expect, it } from 'vitest'
import { createLike } from '../../src/preprocess/create-like.ts'

describe('createLike', () => {
  it('keeps type and length, and shares no memory', () => {
    for (const array of [Float32Array.of(1, 2, 3), Float64Array.of(4)]) {
      const zeros = createLike(array)
      expect(zeros.constructor).toBe(array.constructor)
      expect([...zeros]).toEqual(new Array(array.length).fill(0))
      expect(zeros.buffer).not.toBe(array.buffer)
    }
  })
})
