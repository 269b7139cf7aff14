import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dilate, erode, fillHoles, largestComponent } from '../../src/preprocess/morphology.ts'

type Shape = readonly [number, number, number]

/** A mask out of its planes, from z = 0; rows are y, characters x. */
function maskOf(...planes: string[][]): { mask: Uint8Array; shape: Shape } {
  const shape: Shape = [planes[0]![0]!.length, planes[0]!.length, planes.length]
  return { mask: Uint8Array.from(planes.flat().join(''), (c) => (c === '#' ? 1 : 0)), shape }
}

const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0)

const anyMask = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
  )
  .chain((shape) =>
    fc
      .array(fc.constantFrom(0, 1), {
        minLength: shape[0] * shape[1] * shape[2],
        maxLength: shape[0] * shape[1] * shape[2],
      })
      .map((values) => ({ mask: Uint8Array.from(values), shape })),
  )

describe('erode and dilate', () => {
  it('take the faces off a cube, and put a cross around a point', () => {
    const shape: Shape = [5, 5, 5]
    const cube = new Uint8Array(125).fill(1)
    expect(count(erode(cube, shape))).toBe(27)
    expect(count(erode(cube, shape, 2))).toBe(1)
    expect(count(erode(cube, shape, 3))).toBe(0)
    const point = new Uint8Array(125)
    point[62] = 1
    expect(count(dilate(point, shape))).toBe(7)
    // The octahedron of radius 2.
    expect(count(dilate(point, shape, 2))).toBe(25)
  })

  it('move along every axis of a grid of unequal sides', () => {
    const shape: Shape = [3, 4, 5]
    const mask = new Uint8Array(60)
    mask[1 + 3 * (1 + 4 * 2)] = 1
    const found = [...dilate(mask, shape).entries()].filter(([, v]) => v === 1).map(([i]) => i)
    expect(found).toEqual([1 + 3 * (1 + 4), 25, 27, 28, 29, 31, 1 + 3 * (1 + 4 * 3)])
  })

  it('shrink and grow, and an opening lies inside its mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const smaller = erode(mask, shape)
        const larger = dilate(mask, shape)
        const opened = dilate(smaller, shape)
        for (let v = 0; v < mask.length; v++) {
          expect(smaller[v]).toBeLessThanOrEqual(mask[v]!)
          expect(larger[v]).toBeGreaterThanOrEqual(mask[v]!)
          expect(opened[v]).toBeLessThanOrEqual(mask[v]!)
        }
      }),
    )
  })

  it('leave the mask alone without iterations, and do not change their input', () => {
    const mask = Uint8Array.of(0, 1, 1, 0)
    expect(erode(mask, [4, 1, 1], 0)).toEqual(mask)
    dilate(mask, [4, 1, 1], 2)
    expect([...mask]).toEqual([0, 1, 1, 0])
  })
})

describe('largestComponent', () => {
  it('keeps the part with the most voxels; corners do not connect', () => {
    const { mask, shape } = maskOf(['##..', '..#.', '..##'])
    const { mask: wanted } = maskOf(['....', '..#.', '..##'])
    expect(largestComponent(mask, shape)).toEqual(wanted)
  })

  it('keeps one of two equal parts, and nothing of an empty mask', () => {
    expect([...largestComponent(Uint8Array.of(1, 1, 0, 1, 1), [5, 1, 1])]).toEqual([1, 1, 0, 0, 0])
    expect([...largestComponent(new Uint8Array(4), [2, 2, 1])]).toEqual([0, 0, 0, 0])
  })

  it('is idempotent and lies inside the mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const part = largestComponent(mask, shape)
        expect(largestComponent(part, shape)).toEqual(part)
        expect(part.every((value, v) => value <= mask[v]!)).toBe(true)
        expect(count(part) > 0).toBe(count(mask) > 0)
      }),
    )
  })
})

describe('fillHoles', () => {
  it('fills what is enclosed and leaves bays open', () => {
    const shell = new Uint8Array(125)
    for (let i = 0; i < 125; i++) {
      const [x, y, z] = [i % 5, Math.floor(i / 5) % 5, Math.floor(i / 25)]
      if (x >= 1 && x <= 3 && y >= 1 && y <= 3 && z >= 1 && z <= 3) shell[i] = 1
    }
    shell[62] = 0
    expect(count(fillHoles(shell, [5, 5, 5]))).toBe(27)
    shell[62 - 25] = 0
    expect(fillHoles(shell, [5, 5, 5])).toEqual(shell)
  })

  it('leaves no hole to fill', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, shape }) => {
        const filled = fillHoles(mask, shape)
        expect(fillHoles(filled, shape)).toEqual(filled)
        expect(filled.every((value, v) => value >= mask[v]!)).toBe(true)
      }),
    )
  })
})
