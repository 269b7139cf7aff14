import { expect, it } from 'vitest'
import { formatMaps, type ReportMaps } from '../../../../src/evaluate/report/maps/section.ts'

const maps: ReportMaps = {
  grid: { shape: [2, 2, 2], affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] },
  background: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  selection: Float32Array.of(0, 0, 3, 3, 1, 0, 0, 0),
  nFolds: 3,
  files: { background: Uint8Array.of(1), selection: Uint8Array.of(2) },
}

it('counts the voxels that some fold and every fold used', () => {
  const text = formatMaps(maps).html.replace(/\s+/g, ' ')
  expect(text).toContain('3 voxels were used in some fold, 2 of them in every one')
  expect(text).toContain('data:image/png;base64,')
  expect(text).not.toContain('<script')
})

it('runs a viewer only where there is one', () => {
  expect(formatMaps({ ...maps, viewer: 'globalThis.niivue = {}' }).html).toContain('<script>')
})
