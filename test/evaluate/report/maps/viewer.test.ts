import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import {
  formatViewer,
  viewerPolicy,
  type ViewerImages,
} from '../../../../src/evaluate/report/maps/viewer.ts'

const images: ViewerImages = {
  ...{ background: Uint8Array.of(1, 2), overlay: Uint8Array.of(3), brightest: 9, largest: 4 },
  crosshair: [1, 2, 3],
}

it('allows exactly the scripts that it writes', () => {
  const library = 'const a = "</script>"\n//# sourceMappingURL=a.map\n'
  const text = formatViewer(images, library).html
  const scripts = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, body]) => body!)
  expect(scripts).toHaveLength(2)
  expect(text).not.toContain('sourceMappingURL')
  for (const script of scripts)
    expect(viewerPolicy(library)).toContain(
      `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    )
})

it('carries both images', () => {
  const data = /id="viewer-data">(.*?)<\/script>/s.exec(formatViewer(images, '').html)![1]!
  expect(JSON.parse(data)).toEqual({
    background: 'AQI=',
    overlay: 'Aw==',
    brightest: 9,
    largest: 4,
    crosshair: [1, 2, 3],
  })
})
