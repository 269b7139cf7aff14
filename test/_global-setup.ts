/** Builds `dist` once before the tests that spawn the built command line. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export function setup(): void {
  if (process.env.LIMBIC_SKIP_BUILD === '1') return
  execFileSync(process.execPath, ['src/cli/launch.mjs', '--version'], {
    cwd: root,
    stdio: 'inherit',
  })
}
