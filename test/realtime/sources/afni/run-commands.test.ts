import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatRunCommands,
  imageBytesOf,
  parseRunCommands,
} from '../../../../src/realtime/sources/afni/run-commands.ts'

/** The sample of AFNI's README.realtime. */
const sample = `ACQUISITION_TYPE 2D+zt
TR 5.0
XYFOV 240.0 240.0 112.0
ZNUM 16
XYZAXES S-I A-P L-R
DATUM short
XYMATRIX 64 64`

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

describe('the command block', () => {
  it('says what the images are: the sample of AFNI', () => {
    const run = parseRunCommands(sample, 'test')
    expect(run).toMatchObject({
      grid: { shape: [64, 64, 16] },
      trSeconds: 5,
      datum: 'short',
      isSliced: true,
      nChannels: 1,
      sliceOrder: [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15],
    })
    // x of the images runs down, y to the back, z to the right; all centred.
    expect(run.grid.affine).toEqual([
      ...[0, 0, 7, -52.5],
      ...[0, -3.75, 0, 118.125],
      ...[-3.75, 0, 0, 118.125],
      ...[0, 0, 0, 1],
    ])
    expect(imageBytesOf(run)).toBe(64 * 64 * 2)
  })

  it('places the first voxel on the side where the axis starts, or where it is told', () => {
    const run = parseRunCommands(`${sample}\nXYZFIRST 30 20A 50R`, 'test')
    expect([3, 7, 11].map((i) => run.grid.affine[i])).toEqual([50, 20, 30])
    const other = parseRunCommands(`${sample}\nXYZFIRST 30 20 50`, 'test')
    expect([3, 7, 11].map((i) => other.grid.affine[i])).toEqual([-50, 20, 30])
    const z = parseRunCommands(`${sample}\nZFIRST 41L`, 'test')
    expect(z.grid.affine[3]).toBe(-41)
  })

  it('takes a transformation to left and posterior as it is meant', () => {
    const matrix = '3 0 0 -90 0 3 0 -80 0 0 3 -40 0 0 0 1'
    const run = parseRunCommands(`${sample}\nOBLIQUE_XFORM ${matrix}`, 'test')
    expect(run.grid.affine).toEqual([-3, 0, 0, 90, 0, -3, 0, 80, 0, 0, 3, -40, 0, 0, 0, 1])
  })

  it('knows volumes, byte orders, channels, and square images', () => {
    const run = parseRunCommands(
      'ACQUISITION_TYPE 3D+t\nXYFOV 192 0 0\nZDELTA 4\nXYMATRIX 64 32 10\nXYZAXES RL AP IS\nDATUM float\nBYTEORDER MSB_FIRST\nNUM_CHAN 3\nZORDER seq\nDRIVE_AFNI OPEN_WINDOW axialimage',
      'test',
    )
    expect(run).toMatchObject({ isSliced: false, isBigEndian: true, nChannels: 3, trSeconds: null })
    expect(imageBytesOf(run)).toBe(64 * 32 * 10 * 4)
    expect([0, 5, 10].map((i) => run.grid.affine[i])).toEqual([-3, -6, 4])
  })

  it.each([
    ['XYZAXES', sample.replace('XYZAXES S-I A-P L-R', '')],
    ['three axes', sample.replace('L-R', 'I-S')],
    ['XYMATRIX', sample.replace('XYMATRIX 64 64', '')],
    ['three sizes', sample.replace('64 64', '64 1e9')],
    ['XYFOV', sample.replace('XYFOV 240.0 240.0 112.0', '')],
    ['ZDELTA', sample.replace('240.0 112.0', '240.0')],
    ['DATUM', sample.replace('short', 'complex')],
    ['NUM_CHAN', `${sample}\nNUM_CHAN 0`],
    ['millimetres', `${sample}\nXYZFIRST 1 2 here`],
  ])('is refused when it lacks or garbles %s', (name, commands) => {
    expect(() => parseRunCommands(commands, 'test')).toThrowError(name)
  })

  it('is written so that AFNI reads the same', () => {
    const grid = {
      shape: [8, 7, 5],
      affine: [-3, 0, 0, 90, 0, 3, 0, -126, 0, 0, 3.5, -72, 0, 0, 0, 1],
    } as const
    const bytes = formatRunCommands({ grid, trSeconds: 2, datum: 'short', isBigEndian: false })
    expect(text(bytes)).toBe(
      'ACQUISITION_TYPE 3D+t\nTR 2\nXYFOV 24 21 17.5\nXYMATRIX 8 7 5\nXYZAXES R-L P-A I-S\nXYZFIRST 90R 126P 72I\nDATUM short\nBYTEORDER LSB_FIRST\n\0',
    )
    expect(parseRunCommands(text(bytes).slice(0, -1), 'test').grid).toEqual(grid)
  })

  it('carries any grid, turned ones too', () => {
    const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true })
    const place = fc.double({ min: -200, max: 200, noNaN: true })
    fc.assert(
      fc.property(angle, angle, place, place, place, (a, b, x, y, z) => {
        const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]
        const affine = [
          ...[2 * ca, -3 * sa * cb, 4 * sa * sb, x],
          ...[2 * sa, 3 * ca * cb, -4 * ca * sb, y],
          ...[0, 3 * sb, 4 * cb, z],
          ...[0, 0, 0, 1],
        ]
        const run = { grid: { shape: [4, 5, 6], affine }, trSeconds: 1, datum: 'float' } as const
        const bytes = formatRunCommands({ ...run, isBigEndian: false })
        const read = parseRunCommands(text(bytes).slice(0, -1), 'test').grid
        read.affine.forEach((value, i) => expect(value).toBeCloseTo(affine[i] ?? NaN, 9))
      }),
    )
  })

  it('never breaks the reader, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (noise) => {
        try {
          parseRunCommands(`${sample}\n${noise}`, 'test')
        } catch (error) {
          expect(error).toMatchObject({ code: 'RT_AFNI_INVALID' })
        }
      }),
    )
  })
})
