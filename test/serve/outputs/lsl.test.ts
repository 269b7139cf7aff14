import { expect, it } from 'vitest'
import { openLslOutput } from '../../../src/serve/outputs/lsl.ts'
import { classes, createFakeSession } from '../_fake-session.ts'

it('says what to install where the library is missing', async () => {
  const { hub } = createFakeSession()
  const opening = openLslOutput(hub, { classes, name: 'limbic' })
  await expect(opening).rejects.toMatchObject({
    code: 'OUTPUT_PACKAGE_MISSING',
    message: expect.stringContaining('npm install node-lsl') as string,
  })
})

it('pushes one sample per volume with feedback, in the order of the classes', async () => {
  const pushed: number[][] = []
  const called: unknown[][] = []
  const note =
    (name: string) =>
    (...args: unknown[]): string => {
      called.push([name, ...args])
      return name
    }
  const library = {
    channel_format_t: { cft_float32: 1 },
    FloatArray: class {
      values: number[]
      constructor(values: number[]) {
        this.values = values
      }
    },
    create_streaminfo: note('info'),
    get_desc: note('desc'),
    append_child: note('child'),
    append_child_value: note('value'),
    create_outlet: note('outlet'),
    local_clock: () => 12.5,
    push_sample_ft: (_: unknown, sample: { values: number[] }) => pushed.push(sample.values),
    destroy_outlet: note('destroy'),
  }
  const fake = createFakeSession()
  const output = await openLslOutput(fake.hub, {
    classes,
    name: 'limbic',
    load: () => Promise.resolve({ default: library }),
  })
  fake.decode(0, { smoothed: { rest: 0.25, negative: 0.5, neutral: 0.125 } })
  fake.withhold(1, 'lost')
  await output.close()
  fake.decode(2)
  expect(pushed).toEqual([[0.5, 0.125, 0.25]])
  expect(called[0]).toEqual(['info', 'limbic', 'Feedback', 3, 0, 1, 'limbic-limbic'])
  expect(called.filter(([name]) => name === 'value').map(([, , , value]) => value)).toEqual(
    classes.flatMap((label) => [label, 'probability']),
  )
  expect(called.at(-1)![0]).toBe('destroy')
})
