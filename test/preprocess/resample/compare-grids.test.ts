import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Grid } from '../../../src/core/types.ts'
import { gridCentre, motionMatrix } from '../../../src/preprocess/motion.ts'
import { axisCodes, compareGrids, multiplyAffines } from '../../../src/preprocess/resample/index.ts'
import { centredGrid } from '../_phantom.ts'

const grid = centredGrid([64, 64, 34], [3, 3, 3.5])
const changed = (change: (affine: number[]) => void): Grid => {
  const affine = [...grid.affine]
  change(affine)
  return { ...grid, affine }
}

describe('compareGrids', () => {
  it('finds no difference between a grid and itself, or rounding', () => {
    expect(compareGrids(grid, grid)).toEqual({ isSame: true, differences: [] })
    const rounded = { ...grid, affine: grid.affine.map(Math.fround) }
    expect(compareGrids(grid, rounded).isSame).toBe(true)
  })

  it('names the shape', () => {
    const { differences } = compareGrids(grid, centredGrid([64, 64, 36], [3, 3, 3.5]))
    expect(differences).toEqual(['64 x 64 x 34 voxels against 64 x 64 x 36'])
  })

  it('names the voxel size', () => {
    const { differences } = compareGrids(grid, centredGrid([64, 64, 34], [3, 3, 3.6]))
    expect(differences).toEqual(['voxels of 3 x 3 x 3.5 mm against 3 x 3 x 3.6 mm'])
  })

  it('names the axes that are flipped', () => {
    const flipped = changed((affine) => {
      affine[0] = 3
      affine[3] = -94.5
    })
    expect(compareGrids(grid, flipped).differences).toEqual([
      'left and right exchanged (LAS against RAS)',
    ])
  })

  it('names the axes that come in another order', () => {
    const reordered = {
      ...grid,
      affine: [0, -3, 0, 94.5, 3, 0, 0, -94.5, 0, 0, 3.5, -57.75, 0, 0, 0, 1],
    }
    expect(compareGrids(grid, reordered).differences).toEqual([
      'voxel axes in another order (LAS against ALS)',
    ])
  })

  it('names shifts by direction', () => {
    const moved = changed((affine) => {
      affine[3]! -= 2
      affine[11]! += 1.5
    })
    expect(compareGrids(grid, moved).differences).toEqual([
      'the centre is 2.5 mm away (2 to the left, 1.5 up)',
    ])
  })

  it('names the angle of a rotation', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.5, noNaN: true }), (angle) => {
        const turn = motionMatrix([0, 0, 0, 0, angle, 0], gridCentre(grid))
        const turned = { ...grid, affine: multiplyAffines(turn, grid.affine) }
        const degrees = Number(((angle * 180) / Math.PI).toPrecision(4))
        expect(compareGrids(grid, turned).differences).toEqual([
          `axes turned by ${degrees} degrees`,
        ])
      }),
    )
  })

  it('is the same verdict either way round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (by) => {
          const other = changed((affine) => by.forEach((value, i) => (affine[i]! += value)))
          expect(compareGrids(other, grid).isSame).toBe(compareGrids(grid, other).isSame)
          const moved = by.some((value, i) => Math.abs(value) > (i % 4 === 3 ? 0.1 : 0.01))
          if (moved) expect(compareGrids(grid, other).isSame).toBe(false)
        },
      ),
    )
  })

  it('does not fail on an affine that is no use', () => {
    const broken = { ...grid, affine: grid.affine.map(() => 0) }
    expect(compareGrids(grid, broken).isSame).toBe(false)
  })
})

describe('axisCodes', () => {
  it('names the nearest directions of an oblique grid', () => {
    const tilt = motionMatrix([0, 0, 0, 0.5, 0.2, 0.3], [0, 0, 0])
    expect(axisCodes(multiplyAffines(tilt, grid.affine))).toBe('LAS')
    expect(axisCodes([0, 0, 3, 0, -3, 0, 0, 0, 0, -3, 0, 0, 0, 0, 0, 1])).toBe('PIR')
  })
})
