import { describe, expect, it } from 'vitest'
import { labelVolumes } from '../../src/preprocess/labels.ts'
import { createRng } from '../../src/core/rng.ts'
import {
  blockEvents,
  countConditionBlocks,
  drawBlockOrders,
  filmEvents,
} from '../../src/simulate/design.ts'

const design = { subjects: 8, runs: 2, volumes: 153, trSeconds: 2, blockSeconds: 18 }

describe('countConditionBlocks', () => {
  it.each([
    [153, 2, 8],
    [152, 2, 6],
    [45, 2, 2],
    [80, 2, 2],
    [81, 2, 4],
    [3060, 0.1, 8],
  ])('%i volumes of %f s hold %i blocks', (volumes, trSeconds, expected) => {
    expect(countConditionBlocks({ volumes, trSeconds, blockSeconds: 18 })).toBe(expected)
  })
})

describe('drawBlockOrders', () => {
  const orders = drawBlockOrders(design, createRng(0))

  it('shows both conditions equally often in every run', () => {
    for (const order of orders.flat()) expect([...order].sort().join('')).toBe('00001111')
  })

  it('gives no two subjects the same orders', () => {
    expect(new Set(orders.map((order) => order.join('/'))).size).toBe(8)
  })

  it('does not change a subject when others are added, nor for the same seed', () => {
    expect(drawBlockOrders({ ...design, subjects: 3 }, createRng(0))).toEqual(orders.slice(0, 3))
    expect(drawBlockOrders(design, createRng(1))).not.toEqual(orders)
  })

  it('uses both orders of the shortest run and then repeats them', () => {
    const short = drawBlockOrders({ ...design, runs: 1, volumes: 45, subjects: 5 }, createRng(0))
    expect(new Set(short.map((order) => order.join('/')))).toEqual(new Set(['0,1', '1,0']))
  })
})

describe('blockEvents', () => {
  it('puts rest before, between and after, half of the time and a little more', () => {
    const events = blockEvents([0, 1, 1, 0], 18)
    expect(events.map((event) => event.onset)).toEqual([18, 54, 90, 126])
    expect(events.map((event) => event.trialType).join(' ')).toBe(
      'negative neutral neutral negative',
    )
    expect(events.every((event) => event.duration === 18)).toBe(true)
  })
})

describe('filmEvents', () => {
  it('covers every volume, so that none is taken for rest', () => {
    for (const kind of ['hrf', 'shift'] as const) {
      const { nDropped } = labelVolumes(filmEvents({ calibrationVolumes: 100, trSeconds: 2 }), {
        classes: { negative: ['negative'], neutral: ['neutral'] },
        restClass: 'rest',
        nVolumes: 100,
        trSeconds: 2,
        method: kind === 'hrf' ? { kind } : { kind, lagSeconds: 5 },
      })
      expect(nDropped).toBe(100)
    }
  })
})
