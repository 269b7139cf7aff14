import { execFile, execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const projectRoot = fileURLToPath(new URL('../..', import.meta.url))
const launchers = fs.readdirSync(join(projectRoot, 'src', 'cli')).filter((f) => f.endsWith('.mjs'))

describe('launch in a clone', () => {
  let root: string
  beforeEach(() => {
    root = makeClone()
  })
  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true })
  })

  it('compiles on the first start, says so on stderr only, and hands over arguments and exit code', () => {
    const { status, stdout, stderr } = start(root, ['a', 'b'])
    expect({ status, stdout }).toEqual({ status: 2, stdout: 'one a b\n' })
    expect(stderr).toContain('limbic: compiling')
  })

  it('compiles nothing on the second start', () => {
    start(root)
    expect(start(root)).toMatchObject({ status: 0, stdout: 'one\n', stderr: '' })
  })

  it('compiles again after an edit, even one that restores an older time', () => {
    start(root)
    const file = join(root, 'src', 'core', 'word.ts')
    fs.writeFileSync(file, "export const word = 'second'\n")
    fs.utimesSync(file, new Date(2001, 0), new Date(2001, 0))
    expect(start(root).stdout).toBe('second\n')
  })

  it('copies wasm, removes outputs of deleted sources and restores deleted outputs', () => {
    start(root)
    const dist = join(root, 'dist', 'src', 'core')
    expect(fs.readFileSync(join(dist, 'k.wasm'), 'utf8')).toBe('wasm')
    fs.rmSync(join(root, 'src', 'core', 'spare.ts'))
    fs.rmSync(join(dist, 'word.js'))
    expect(start(root).stdout).toBe('one\n')
    expect(fs.readdirSync(dist).sort()).toEqual(['k.wasm', 'word.d.ts', 'word.js', 'word.js.map'])
  })

  it('names a type error and starts all the same; the build refuses it', () => {
    fs.writeFileSync(join(root, 'src', 'core', 'spare.ts'), 'export const n: number = "text"\n')
    const { status, stdout, stderr } = start(root)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'one\n' })
    expect(stderr).toContain('src/core/spare.ts:1:14 TS2322')
    expect(spawnSync(process.execPath, [join(root, 'src/cli/build.mjs')]).status).toBe(1)
  })

  it('lets processes that start together wait for one build', async () => {
    const run = promisify(execFile)
    const launch = join(root, 'src', 'cli', 'launch.mjs')
    const runs = await Promise.all([1, 2, 3].map(() => run(process.execPath, [launch])))
    expect(runs.map(({ stdout }) => stdout)).toEqual(['one\n', 'one\n', 'one\n'])
    expect(runs.filter(({ stderr }) => stderr.includes('compiling'))).toHaveLength(1)
    expect(fs.readdirSync(join(root, 'dist')).sort()).toEqual(['.stamp', '.tsbuildinfo', 'src'])
  })

  it('takes over the lock of a process that died', () => {
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
    fs.mkdirSync(join(root, 'dist'))
    fs.writeFileSync(join(root, 'dist', '.lock'), `${dead} ${hostname()} 0`)
    expect(start(root).stdout).toBe('one\n')
  })
})

describe('launch in an installed package', () => {
  it('runs what is there', () => {
    const root = makeClone()
    start(root)
    fs.rmSync(join(root, 'src', 'cli', 'main.ts'))
    fs.rmSync(join(root, 'src', 'core'), { recursive: true })
    expect(start(root)).toMatchObject({ status: 0, stdout: 'one\n', stderr: '' })
    fs.rmSync(root, { recursive: true })
  })
})

/** A project of three small files around the real launcher; packages are borrowed. */
function makeClone(): string {
  const root = fs.mkdtempSync(join(tmpdir(), 'limbic-launch-'))
  for (const folder of ['src/cli', 'src/core'])
    fs.mkdirSync(join(root, folder), { recursive: true })
  for (const file of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    fs.copyFileSync(join(projectRoot, file), join(root, file))
  }
  for (const file of launchers) {
    fs.copyFileSync(join(projectRoot, 'src', 'cli', file), join(root, 'src', 'cli', file))
  }
  fs.symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  fs.writeFileSync(join(root, 'src/core/word.ts'), "export const word = 'one'\n")
  fs.writeFileSync(join(root, 'src/core/spare.ts'), 'export const spare = 1\n')
  fs.writeFileSync(join(root, 'src/core/k.wasm'), 'wasm')
  fs.writeFileSync(
    join(root, 'src/cli/main.ts'),
    `import { word } from '../core/word.ts'
export function main(argv: string[]): Promise<number> {
  process.stdout.write([word, ...argv].join(' ') + '\\n')
  return Promise.resolve(argv.length)
}
`,
  )
  return root
}

function start(
  root: string,
  argv: readonly string[] = [],
): { status: number | null; stdout: string; stderr: string } {
  const launch = join(root, 'src', 'cli', 'launch.mjs')
  return spawnSync(process.execPath, [launch, ...argv], { encoding: 'utf8', cwd: tmpdir() })
}
