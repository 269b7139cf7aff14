/** Runs the built command line as a user would: a process of its own, in a folder of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url))

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `limbic ...args` to its end. */
export function limbic(...args: readonly string[]): Promise<CliResult> {
  return startLimbic(...args).ended
}

/** Starts `limbic ...args`; `kill` ends it as `kill -9` does. */
export function startLimbic(...args: readonly string[]): {
  readonly ended: Promise<CliResult>
  readonly kill: () => void
} {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { ended, kill: () => child.kill('SIGKILL') }
}

/** A temporary folder and how to get rid of it. */
export function temporaryFolder(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'limbic-test-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}
