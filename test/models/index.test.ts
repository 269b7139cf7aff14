import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findModel, models } from '../../models/index.ts'
import { openTestEngine } from '../train/network/_engine.ts'

const { tf } = await openTestEngine()

describe('the registry of networks', () => {
  it('gives every network a card and its presets', () => {
    for (const [name, entry] of Object.entries(models)) {
      expect(existsSync(new URL(`../../models/${entry.card}`, import.meta.url)), name).toBe(true)
      expect(entry.presets.length, name).toBeGreaterThan(0)
    }
  })

  it('builds a network by name', () => {
    const entry = findModel('cnn1d')
    const inputShape = entry.inputShape('compact')
    const model = entry.build(tf, { preset: 'compact', inputShape, nClasses: 4, seed: 1 })
    expect(model.inputs[0]!.shape).toEqual([null, 32, 1])
    expect(model.outputs[0]!.shape).toEqual([null, 4])
    expect(entry.inputShape('paper')).toEqual([300, 1])
    model.dispose()
  })

  it('names the nearest network when a name is misspelt', () => {
    expect(() => findModel('cnn1')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: There is no model called "cnn1". Expected "cnn1d"; found "cnn1". Try: Write "cnn1d" instead.]`,
    )
  })

  it('lists the networks when the name is like none of them', () => {
    expect(() => findModel('toString')).toThrow(/one of cnn1d, resnet3d/i)
  })
})
