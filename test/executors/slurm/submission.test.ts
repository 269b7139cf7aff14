import { writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logFile, readJobs, submitChunks } from '../../../src/executors/slurm/submission.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { fakeCommands } from './_fake-commands.ts'

const { dir, remove } = temporaryFolder()
const commands = fakeCommands(dir)
beforeAll(() => {
  commands.install()
  commands.write('scontrol', 'exit 1')
  commands.write('sbatch', 'echo "$*" >> "$0.log"; wc -l < "$0.log"')
})
afterAll(() => {
  commands.uninstall()
  remove()
})

it('keeps the number of every job, and names lists and scripts in their order', async () => {
  const run = join(dir, 'run')
  expect(await readJobs(run)).toEqual([])
  await submitChunks(run, [[1, 2, 5]], {})
  expect(await submitChunks(run, [[3], [4]], {})).toEqual([{ job: '2', chunks: [[3], [4]] }])
  expect(await readJobs(run)).toEqual(['1', '2'])
  expect(commands.log('sbatch')).toContain('--array=1-2 ')
  expect(commands.log('sbatch')).toContain(`--output=${logFile(run, '%A_%a')} `)
})

it('writes a script that hands an element its lines, whatever the folder is called', async () => {
  const run = join(dir, "it's a run")
  await submitChunks(run, [[1, 2, 3], [7]], {})
  const script = join(run, 'slurm', 'array-1.sh')
  // The same script with a command that only shows what it is given.
  const shown = execFileSync('sed', [String.raw`s/^exec '[^']*'/exec echo/`, script]).toString()
  writeFileSync(`${script}.shown`, shown)
  const answer = execFileSync('sh', [`${script}.shown`], {
    ...{ env: { ...process.env, SLURM_ARRAY_TASK_ID: '1' }, encoding: 'utf8' },
  })
  expect(answer).toMatch(/launch\.mjs task .*it's a run --lines 1-3\n$/)
})
