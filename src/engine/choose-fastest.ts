/** Several engines -> the fastest of those that work here, by the time of some training steps of a small network on volumes. */
import type { Engine, EngineName } from './engine.ts'
import type { Rank, Scalar, Tensor5D, Variable } from '@tensorflow/tfjs-core'

/** Volumes `[batch, 16, 16, 12, 8]` and two 3x3x3 convolutions: small enough for a second on a slow machine, large enough for a GPU to show. */
const probe = { volume: [8, 16, 16, 12, 8], channels: 32, steps: 3 } as const

/**
 * Chooses.
 *
 * @param names - Engines to compare; those that do not open are passed over.
 * @param open - Opens and tests one, and makes it current.
 * @param close - Ends one that was not chosen.
 * @param time - Times one that is current.
 * @returns The fastest.
 * @throws What opening the first engine threw, when none works.
 */
export async function chooseFastest(
  names: readonly EngineName[],
  open: (name: EngineName) => Promise<Engine>,
  close: (engine: Engine) => void,
  time: (engine: Engine) => Promise<number> = timeTraining,
): Promise<EngineName> {
  const measured: { engine: Engine; milliseconds: number }[] = []
  const failures: unknown[] = []
  for (const name of names) {
    let engine: Engine | undefined
    try {
      engine = await open(name)
      measured.push({ engine, milliseconds: await time(engine) })
    } catch (error) {
      failures.push(error)
      if (engine !== undefined) close(engine)
    }
  }
  const [first] = measured
  if (first === undefined) throw failures[0]
  const fastest = measured.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a), first)
  for (const { engine } of measured) if (engine !== fastest.engine) close(engine)
  return fastest.engine.name
}

/**
 * Times training steps.
 *
 * @param engine - The engine; its backend must be the current one.
 * @returns Milliseconds of the steps after one to warm up.
 * @throws What the engine throws.
 */
export async function timeTraining(engine: Engine): Promise<number> {
  const { tf } = engine
  const optimizer = engine.createAdam({ learningRate: 1e-3 })
  const channels = probe.volume[4]
  const make = (shape: number[]): Variable =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 0.1, 'float32', 1)))
  const first = make([3, 3, 3, channels, probe.channels])
  const second = make([3, 3, 3, probe.channels, probe.channels])
  const input = tf.randomNormal<Rank.R5>([...probe.volume], 0, 1, 'float32', 2)
  const loss = (): Scalar => {
    const hidden = tf.relu(tf.conv3d(input, first as Tensor5D, 1, 'same'))
    return tf.mean(tf.square(tf.conv3d(hidden, second as Tensor5D, 2, 'same')))
  }
  const step = async (): Promise<void> => {
    const value = optimizer.minimize(loss, true, [first, second])!
    // Reading the loss waits for the GPU.
    await value.data()
    value.dispose()
  }
  try {
    await step()
    const started = performance.now()
    for (let i = 0; i < probe.steps; i++) await step()
    return performance.now() - started
  } finally {
    optimizer.dispose()
    tf.dispose([input, first, second])
  }
}
