import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapeHtml, html, trustHtml } from '../../../src/evaluate/report/html.ts'

it('escapes what is put in and keeps what is HTML already', () => {
  const items = ['<', 2].map((item) => html`<li>${item}</li>`)
  const list = html`<ul title="${'"'}">
    ${items}${undefined}${trustHtml('<hr>')}
  </ul>`
  expect(list.html.replace(/\n */g, '')).toBe('<ul title="&quot;"><li>&lt;</li><li>2</li><hr></ul>')
})

it('leaves nothing of any text that could be markup', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escapeHtml(text).replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[&<>"']/)
    }),
  )
})
