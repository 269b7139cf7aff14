import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StageEvent } from '../../../src/core/events.ts'
import { createEpochReporter } from '../../../src/train/network/epoch-reporter.ts'

const events: StageEvent[] = []
const create = (): ReturnType<typeof createEpochReporter> =>
  createEpochReporter(
    { emit: (event) => events.push(event), stage: 'train', unit: 'volumes' },
    3,
    10,
  )
const common = { type: 'progress', stage: 'train', total: 30, unit: 'volumes' }

describe('createEpochReporter', () => {
  beforeEach(() => {
    events.length = 0
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => void vi.useRealTimers())

  it('tells of the start, and of every epoch with loss, validation and rate', () => {
    const reporter = create()
    reporter.start()
    const pace = { learningRate: 0.1, seconds: 1 }
    const record = { epoch: 0, loss: 0.5, accuracy: 0.6 }
    reporter.endEpoch(record, { ...pace, samplesPerSecond: 4.25 })
    reporter.endEpoch(
      { ...record, epoch: 1, validationAccuracy: 0.75 },
      { ...pace, samplesPerSecond: 1499.6 },
    )
    expect(events).toEqual([
      { type: 'start', stage: 'train', total: 30, unit: 'volumes' },
      { ...common, done: 10, detail: 'epoch 1/3, loss 0.5000, 4.3 volumes/s' },
      {
        ...common,
        done: 20,
        detail: 'epoch 2/3, loss 0.5000, validation accuracy 0.750, 1500 volumes/s',
      },
    ])
  })

  it('tells of steps when a second has passed, and leaves the last one to the end of the epoch', () => {
    const report = create().startEpoch(1)
    vi.advanceTimersByTime(500)
    report(2)
    vi.advanceTimersByTime(600)
    report(2)
    vi.advanceTimersByTime(2000)
    report(6)
    expect(events).toEqual([{ ...common, done: 14, detail: 'epoch 2/3, 3.6 volumes/s' }])
  })
})
