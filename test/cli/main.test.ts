import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/main.ts'
import { limbicVersion } from '../../src/pipeline/provenance.ts'
import { limbic } from './_main.ts'

const commandFiles = readdirSync(
  fileURLToPath(new URL('../../src/cli/commands', import.meta.url)),
).map((file) => file.replace(/\.ts$/, ''))

/** What only other processes call: the elements of a job array. */
const hidden = ['task']

describe('limbic --help', () => {
  it('lists every command there is, with what it does, but for those that only programs call', async () => {
    const { code, stdout } = await limbic('--help')
    expect(code).toBe(0)
    for (const name of commandFiles) {
      const line = new RegExp(`^ {2}${name}\\b.* {2}\\S`, 'm')
      if (hidden.includes(name)) expect(stdout).not.toMatch(line)
      else expect(stdout).toMatch(line)
    }
  })

  it.each(commandFiles)('%s --help describes the command', async (name) => {
    const { code, stdout } = await limbic(name, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: limbic ${name}`)
    const command = createProgram().commands.find((candidate) => candidate.name() === name)!
    expect(command.description()).toMatch(/^[a-z]/)
    for (const option of command.options) expect(option.description, option.long).not.toBe('')
  })
})

describe('exit codes', () => {
  it('--version prints the version', async () => {
    expect(await limbic('--version')).toEqual({
      code: 0,
      stdout: `${limbicVersion()}\n`,
      stderr: '',
    })
  })

  it('are 2 for what cannot be a command line, with a suggestion', async () => {
    const misspelt = await limbic('predcit')
    expect(misspelt).toMatchObject({ code: 2, stdout: '' })
    expect(misspelt.stderr).toContain('Did you mean predict?')
    for (const argv of [
      ['run'],
      ['run', 'cnn1d-loso', '--bids', 'x'],
      ['run', 'cnn1d-loso', '--bids', 'x', '--out', 'y', '--jobz', '2'],
      ['demo', '--jobs', '0'],
      ['simulate', 'x', '--shape', '3,3'],
      ['run', 'no-such-pipeline', '--bids', 'x', '--out', 'y'],
    ])
      expect((await limbic(...argv)).code, argv.join(' ')).toBe(2)
  })

  it('are 1 for data that cannot be used; the code comes before the paragraph', async () => {
    const { code, stderr } = await limbic('validate', join('no', 'such', 'folder'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^FILE_NOT_FOUND: .* Try: .*\n$/)
  })
})
