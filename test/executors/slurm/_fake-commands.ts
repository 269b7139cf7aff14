/** Commands by the names of Slurm's own, whose answers a test writes; they come first on the PATH. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FakeCommands {
  readonly install: () => void
  readonly uninstall: () => void
  /** Makes a command out of lines of sh. */
  readonly write: (name: string, script: string) => void
  /** What a command has written to `$0.log`. */
  readonly log: (name: string) => string
}

export function fakeCommands(dir: string): FakeCommands {
  const bin = join(dir, 'bin')
  const before = process.env.PATH
  return {
    install() {
      mkdirSync(bin, { recursive: true })
      process.env.PATH = `${bin}:${before}`
    },
    uninstall() {
      process.env.PATH = before
    },
    write(name, script) {
      rmSync(join(bin, `${name}.log`), { force: true })
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    },
    log: (name) => {
      const file = join(bin, `${name}.log`)
      return existsSync(file) ? readFileSync(file, 'utf8') : ''
    },
  }
}
