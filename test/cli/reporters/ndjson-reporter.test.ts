import { expect, it } from 'vitest'
import { combineReporters, createNdjsonReporter } from '../../../src/cli/reporters/index.ts'

it('writes one JSON object per line, with the time', () => {
  const lines: string[] = []
  const report = createNdjsonReporter(
    (line) => lines.push(line),
    () => new Date(0),
  )
  report({ type: 'note', message: 'two\nlines' })
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","type":"note","message":"two\\nlines"}\n',
  ])
})

it('combines reporters in order', () => {
  const seen: string[] = []
  const report = combineReporters(
    (event) => seen.push(`first ${event.type}`),
    (event) => seen.push(`second ${event.type}`),
  )
  report({ type: 'done', stage: 's', seconds: 1 })
  expect(seen).toEqual(['first done', 'second done'])
})
