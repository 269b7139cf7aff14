import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { listFiles, readText, root } from './_sources.ts'

const folder = 'src/serve/pages'
const scripts = listFiles([folder], /\.js$/)

describe('pages', () => {
  it('have no type errors', () => {
    const file = join(root, folder, 'tsconfig.json')
    const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
      config: object
    }
    const { fileNames, options } = ts.parseJsonConfigFileContent(
      config,
      ts.sys,
      join(root, folder),
      undefined,
      file,
    )
    expect(fileNames.length).toBe(scripts.length)
    const program = ts.createProgram(fileNames, options)
    const texts = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
    expect(texts).toEqual([])
  })

  it.each(scripts)('%s opens with a sentence about itself and is short', (script) => {
    const text = readText(script)
    expect(text).toMatch(/^\/\*\*\s+\S/)
    expect(text.split('\n').length).toBeLessThan(300)
  })

  it('are part of the package', () => {
    const { files } = JSON.parse(readText('package.json')) as { files: string[] }
    expect(files).toContain(folder)
  })

  it('ask no other site for anything', () => {
    for (const file of listFiles([folder], /\.(html|css|js|svg)$/)) {
      const text = readText(file).replaceAll('http://www.w3.org/2000/svg', '')
      expect(text, file).not.toMatch(/https?:\/\/|@import url/)
    }
  })
})
