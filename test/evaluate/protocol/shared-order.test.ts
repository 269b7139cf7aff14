import { describe, expect, it } from 'vitest'
import { findSharedOrder } from '../../../src/evaluate/protocol/shared-order.ts'
import { makeStudy } from './_study.ts'
import { makeSubject } from './_subject.ts'

const subject = (label: string, ...runs: number[][]) =>
  makeSubject(
    label,
    runs.map((labels, r) => ({ task: 'a', run: `${r + 1}`, labels })),
    { kind: 'rotate' },
  )

describe('findSharedOrder', () => {
  it('warns when the clock names every condition, whatever lies between blocks', () => {
    const order = [
      [2, 0, 0, 2, 1, 1, 2],
      [1, 1, 2, 0, 0, -1, 2],
    ]
    const others = ['02', '03', '04'].map((label) => subject(label, ...order))
    const [warning] = findSharedOrder(subject('01', ...order), others, 2)
    expect(warning).toContain('100 % of the volumes')
  })

  it('does not when orders differ, though rest comes at the same times', () => {
    const others = ['02', '03'].map((label) => subject(label, [2, 0, 2, 1, 2], [2, 0, 2, 1, 2]))
    expect(findSharedOrder(subject('01', [2, 1, 2, 0, 2], [2, 0, 2, 1, 2]), others, 2)).toEqual([])
    const study = makeStudy()
    expect(findSharedOrder(study[0]!, study.slice(1), 2)).toEqual([])
  })

  it('says nothing where nothing can be compared', () => {
    expect(findSharedOrder(subject('01', [0, 1], [0, 1]), [], -1)).toEqual([])
  })
})
