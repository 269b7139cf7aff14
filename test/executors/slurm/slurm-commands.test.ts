import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeEnds,
  listActive,
  parseAccounting,
  parseJobs,
  readMaxArraySize,
  submitJob,
} from '../../../src/executors/slurm/slurm-commands.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { fakeCommands } from './_fake-commands.ts'

const { dir, remove } = temporaryFolder()
const commands = fakeCommands(dir)
beforeAll(commands.install)
afterAll(() => {
  commands.uninstall()
  remove()
})

describe('what Slurm says', () => {
  it('of elements in its accounting', () => {
    const text =
      '7_1|COMPLETED|0:0\n7_2|CANCELLED by 1000|0:15\n7_[3-9]|PENDING|0:0\n8|FAILED|1:0\n'
    expect(parseAccounting(text)).toEqual([
      { element: '7_1', state: 'COMPLETED', exitCode: '0:0' },
      { element: '7_2', state: 'CANCELLED', exitCode: '0:15' },
    ])
  })

  it('of elements that the controller remembers', () => {
    const text = [
      'JobId=9 ArrayJobId=7 ArrayTaskId=2 JobName=x JobState=FAILED Reason=x ExitCode=0:9 Node=n1',
      'JobId=7 ArrayJobId=7 ArrayTaskId=3-9%2 JobName=x JobState=PENDING ExitCode=0:0',
      'JobId=5 JobName=x JobState=COMPLETED ExitCode=0:0',
      '',
    ].join('\n')
    expect(parseJobs(text)).toEqual([{ element: '7_2', state: 'FAILED', exitCode: '0:9' }])
  })
})

describe('the commands', () => {
  it('submit, with or without the name of a cluster in the answer', async () => {
    commands.write('sbatch', 'echo "$*" > "$0.log"; echo "42;cluster"')
    expect(await submitJob(['--array=1-3', 'script.sh'])).toBe('42')
    expect(commands.log('sbatch')).toBe('--parsable --array=1-3 script.sh\n')
  })

  it('list what waits or runs, and nothing of jobs that are forgotten', async () => {
    commands.write('squeue', 'echo "42_[2-3] PENDING Resources"; echo "42_1 RUNNING None"')
    expect(await listActive(['42'])).toEqual(['42_[2-3] PENDING Resources', '42_1 RUNNING None'])
    commands.write('squeue', 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1')
    expect(await listActive(['42'])).toEqual([])
    expect(await listActive([])).toEqual([])
  })

  it('fall back on the controller where accounting is off, and on nothing', async () => {
    commands.write('sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1')
    commands.write(
      'scontrol',
      'echo "JobId=9 ArrayJobId=42 ArrayTaskId=1 JobState=TIMEOUT ExitCode=0:15"',
    )
    expect(await describeEnds('42')).toMatchObject([{ element: '42_1', state: 'TIMEOUT' }])
    commands.write('scontrol', 'exit 1')
    expect(await describeEnds('42')).toEqual([])
    expect(await readMaxArraySize()).toBe(1001)
    commands.write('scontrol', 'echo "MaxArraySize            = 51"')
    expect(await readMaxArraySize()).toBe(51)
  })

  it('say in words why they failed, and when there is no Slurm at all', async () => {
    commands.write('sbatch', 'echo "sbatch: error: invalid partition specified: x" >&2; exit 1')
    await expect(submitJob(['script.sh'])).rejects.toMatchObject({
      code: 'SLURM_COMMAND_FAILED',
      details: { found: 'sbatch: error: invalid partition specified: x' },
    })
    commands.uninstall()
    const path = process.env.PATH
    process.env.PATH = dir
    await expect(submitJob(['script.sh'])).rejects.toMatchObject({ code: 'SLURM_NOT_FOUND' })
    process.env.PATH = path
    commands.install()
  })
})
