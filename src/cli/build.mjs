// Installs the packages of a clone and compiles its sources into `dist`; processes that start this together wait for each other.
//   node src/cli/build.mjs            always compiles; a type error ends with 1
//   node src/cli/build.mjs --install  installs only
//   node src/cli/build.mjs --launch   compiles when sources have changed; type errors are named, and do not keep the program from starting
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fingerprintSources, isBuilt, isInstalled, stampPath } from './freshness.mjs'
import { withLock } from './lock.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const launching = process.argv.includes('--launch')

const lock = join(root, 'dist', '.lock')

mkdirSync(join(root, 'dist'), { recursive: true })
process.exitCode = withLock(lock, install) ? await build() : 70

/** Runs `npm ci` when `node_modules` is missing or is not that of the lock file. */
function install() {
  if (isInstalled(root)) return true
  say('installing packages (npm ci) ...')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0) return true
  say('`npm ci` failed, as shown above. Try: connect to the network, then run it again.')
  return false
}

async function build() {
  if (process.argv.includes('--install')) return 0
  // Loaded only now, as the compiler itself may just have been installed.
  const { compile } = await import('./compile.mjs')
  return withLock(lock, () => {
    if (launching && isBuilt(root)) return 0
    say('compiling ...')
    const fingerprint = fingerprintSources(root) // taken first: an edit from here on makes the next launch compile again
    const problems = compile(root)
    writeFileSync(stampPath(root), fingerprint)
    return report(problems)
  })
}

function report(problems) {
  if (problems.length === 0) return 0
  if (!launching) {
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    return 1
  }
  say(`${problems.length} type errors, starting all the same; the first is ${problems[0]}`)
  return 0
}

function say(text) {
  process.stderr.write(`limbic: ${text}\n`)
}
