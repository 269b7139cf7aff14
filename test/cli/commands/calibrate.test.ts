import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBundle, readCalibration } from '../../../src/pipeline/bundle/read-bundle.ts'
import { startSession } from '../../../src/realtime/session.ts'
import { openInProcessDecoder } from '../../../src/realtime/decode/in-process-decoder.ts'
import { emotionRun, filmRun, temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { train } from '../../pipeline/bundle/_trained.ts'
import { listen, scriptedSource } from '../../realtime/_session.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const bundle = join(dir, 'bundle')
const calibrate = (name: string, ...rest: string[]) =>
  limbic('calibrate', bundle, '--bids', bids, '--subject', '03', '--out', join(dir, name), ...rest)

beforeAll(async () => {
  await writeDataset(bids)
  await train(bids, dir)
})
afterAll(remove)

const start = async (name: string, force: boolean) => {
  const calibrated = await readBundle(join(dir, name))
  return startSession({
    bundle: calibrated,
    calibration: await readCalibration(calibrated, '03'),
    source: scriptedSource([]),
    dir: join(dir, 'sessions', `${name}-${force}`),
    policy: { force },
    onEvent: listen().onEvent,
    openDecoder: openInProcessDecoder,
  })
}

describe('limbic calibrate', () => {
  it('writes the bundle, tells the gate, and feedback may start', async () => {
    const { code, stdout } = await calibrate('good', '--gate', '0.5')
    expect(stdout).toMatch(
      /^calibrated 03 on 1 run\(s\): sub-03\/task-calibration\/run-1\ngate: AUC [01]\.\d{3} over \d+ volumes of 1 run\(s\) not seen by the calibration, 0\.5 wanted: passed\nbundle: /,
    )
    expect(code).toBe(0)
    const session = await start('good', false)
    expect(session.state().started.calibration).toMatchObject({
      subject: '03',
      gate: { passed: true },
    })
    await session.done
  })

  it('exits with 1 when the gate is not passed; feedback is then refused, unless it is forced', async () => {
    const { code, stdout } = await calibrate('poor', '--gate', '1')
    expect(code).toBe(1)
    expect(stdout).toContain('NOT PASSED: feedback is refused without --force')
    await expect(start('poor', false)).rejects.toMatchObject({ code: 'RT_GATE_NOT_PASSED' })
    const session = await start('poor', true)
    expect((await session.done).error).toBeNull()
  })

  it('refuses epochs where nothing is trained', async () => {
    const { code, stderr } = await calibrate('untrained', '--epochs', '3')
    expect(code).toBe(2)
    expect(stderr).toContain('--fine-tune')
  })

  it('refuses a subject of the training', async () => {
    const out = join(dir, 'no')
    const refused = await limbic(
      'calibrate',
      bundle,
      '--bids',
      bids,
      '--subject',
      '01',
      '--out',
      out,
    )
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('RT_SUBJECT_KNOWN')
  })

  it('fine-tunes a network on request; predict then refuses the runs that were learnt from', async () => {
    const many = join(dir, 'many')
    await writeDataset(many, { runs: 2 })
    const settings = ['model=cnn1d', 'options={epochs: 2, batchSize: 16}']
    const rotating = [
      'data.calibration={kind: rotate}',
      'align.match=condition',
      'align.components=4',
    ]
    const network = join(dir, 'network')
    await train(many, network, ...rotating, ...settings.map((setting) => `classify.${setting}`))
    const given = ['--bids', many, '--subject', '03', '--out', join(dir, 'tuned'), '--gate', '0']
    const { stdout } = await limbic(
      ...['calibrate', join(network, 'bundle'), ...given, '--fine-tune', '--learning-rate', '0.01'],
    )
    expect(stdout).toMatch(
      /\nfine-tuned branch on \d+ volumes: \d+ epochs \(chosen by runs that were left out\), loss \d\.\d{3} to \d\.\d{3}, of left-out runs \d\.\d{3} to \d\.\d{3}\n/,
    )
    const refused = await limbic(
      'predict',
      join(dir, 'tuned'),
      emotionRun(many, '03', 'bold.nii.gz'),
    )
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('LEAK_DETECTED')
    expect(refused.stderr).toContain('sub-03/task-emotion/run-1')
    const other = await limbic('predict', join(dir, 'tuned'), filmRun(many, '03', 'bold.nii.gz'))
    expect(other.code).toBe(0)
    const onnx = join(dir, 'own.onnx')
    const exported = await limbic('export', join(dir, 'tuned'), '--onnx', onnx, '--subject', '03')
    expect(exported.stdout).toContain('cnn1d in')
  }, 60_000)

  it('says that a linear decoder cannot be fine-tuned', async () => {
    const refused = await calibrate('linear', '--fine-tune')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('FINE_TUNE_WITHOUT_NETWORK')
  })
})
