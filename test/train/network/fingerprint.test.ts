import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { fingerprintTraining } from '../../../src/train/network/fingerprint.ts'

const features = Float32Array.of(1, 2)
const labels = Int32Array.of(0, 1)

describe('fingerprintTraining', () => {
  it('is the same for the same training and different when anything differs', () => {
    const same = fingerprintTraining([features, labels], { epochs: 1 }, createRng(1))
    expect(fingerprintTraining([features, labels], { epochs: 1 }, createRng(1))).toBe(same)
    const others = [
      fingerprintTraining([Float32Array.of(1, 3), labels], { epochs: 1 }, createRng(1)),
      fingerprintTraining([features, Int32Array.of(1, 0)], { epochs: 1 }, createRng(1)),
      fingerprintTraining([features, labels, labels], { epochs: 1 }, createRng(1)),
      fingerprintTraining([features, labels], { epochs: 2 }, createRng(1)),
      fingerprintTraining([features, labels], { epochs: 1 }, createRng(2)),
    ]
    expect(new Set([same, ...others]).size).toBe(6)
  })
})
