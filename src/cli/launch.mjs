#!/usr/bin/env node
// Starts limbic. In a clone it first installs the packages and compiles the sources, when either is out of date; an installed package has nothing to bring up to date.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const oldNode = describeOldNode(process.versions.node)

if (oldNode === undefined) {
  launch().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 70
  })
} else {
  process.stderr.write(`${oldNode}\n`)
  process.exitCode = 2
}

async function launch() {
  if (existsSync(join(root, 'src', 'cli', 'main.ts'))) {
    const status = await bringUpToDate()
    if (status !== 0) {
      process.exitCode = status
      return
    }
  }
  const { main } = await import(pathToFileURL(join(root, 'dist', 'src', 'cli', 'main.js')).href)
  process.exitCode = await main(process.argv.slice(2))
}

/** Compiles in a process of its own, so that the compiler's memory does not stay with the run. Standard output is left to the run. */
async function bringUpToDate() {
  const { isBuilt, isInstalled } = await import('./freshness.mjs')
  if (isInstalled(root) && isBuilt(root)) return 0
  const script = fileURLToPath(new URL('./build.mjs', import.meta.url))
  return spawnSync(process.execPath, [script, '--launch'], { stdio: ['ignore', 2, 2] }).status ?? 70
}

function describeOldNode(version) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return `limbic needs Node.js 20.19 or newer; this is ${version}. Try: install a newer Node.js, then run again.`
}
