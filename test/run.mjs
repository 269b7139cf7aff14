// Everything that must hold before a change goes in: format, lint, types, build, tests. Stops at the first step that fails. Extra arguments go to vitest.
// LIMBIC_NO_SKIP=1 makes a skipped test a failure, for machines that are meant to have everything that tests need.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'limbic-test-'))
const results = join(scratch, 'vitest.json')

const steps = [
  ['packages', ['src/cli/build.mjs', '--install']],
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '.']],
  ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['build', ['src/cli/build.mjs']],
  [
    'tests',
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=./test/_golden-reporter.ts',
      '--reporter=json',
      `--outputFile=${results}`,
      ...process.argv.slice(2),
    ],
  ],
]

process.exitCode = runSteps()
rmSync(scratch, { recursive: true, force: true })

function runSteps() {
  for (const [name, argv] of steps) {
    process.stdout.write(`${name} ...\n`)
    const started = performance.now()
    const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const counts = name === 'tests' ? readCounts(status) : countStep(status)
    const failed = status !== 0 || counts.failed > 0
    process.stdout.write(`${name} ${failed ? 'FAILED' : 'ok'} (${seconds} s)\n`)
    if (failed || name === 'tests') {
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)
    }
    if (failed) return status || 1
  }
  return 0
}

/** A step without tests of its own counts as one failed check when it fails. */
function countStep(status) {
  return { passed: 0, failed: status === 0 ? 0 : 1 }
}

function readCounts(status) {
  const report = readReport()
  if (report === undefined) return countStep(status)
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status))
  const refused = process.env.LIMBIC_NO_SKIP === '1' ? skipped : []
  for (const { fullName } of refused) process.stdout.write(`skipped, which fails: ${fullName}\n`)
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(hasFailed),
  )
  const failed = tests.filter(hasFailed).length + brokenFiles.length + refused.length
  // An error outside any test, or no test at all, fails the run without failing a test.
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: failed === 0 && status !== 0 ? 1 : failed,
  }
}

function hasFailed(test) {
  return test.status === 'failed'
}

function readReport() {
  try {
    return JSON.parse(readFileSync(results, 'utf8'))
  } catch {
    return undefined
  }
}
