import { describe, expect, it } from 'vitest'
import type { DecoderInput, DecoderPort } from '../../../src/realtime/decode/decoder-port.ts'
import {
  superviseDecoder,
  type DecoderRestart,
  type SupervisedDecoder,
} from '../../../src/realtime/decode/supervised-decoder.ts'

const grid = { shape: [1, 1, 1], affine: [] } as const
const volume = (index: number, value = index): DecoderInput => ({
  index,
  grid,
  data: Float32Array.of(value),
})

/** A decoder whose answer is all that it has seen; it dies when it is told to. */
function makeDecoder(lookback: DecoderPort['lookback'], dies: (index: number) => boolean) {
  const opened: number[][] = []
  const closed: number[] = []
  const open = (): Promise<DecoderPort> => {
    const seen: number[] = []
    const number = opened.push(seen)
    return Promise.resolve({
      lookback,
      decode({ index }) {
        if (dies(index)) return Promise.reject(new Error('out of memory'))
        seen.push(index)
        return Promise.resolve({ decoded: { probabilities: [...seen], motion: null } })
      },
      restore({ index }) {
        seen.push(index)
        return Promise.resolve()
      },
      close() {
        closed.push(number)
        return Promise.resolve()
      },
    })
  }
  return { open, opened, closed }
}

async function supervise(
  decoder: ReturnType<typeof makeDecoder>,
  rest: { retries?: number; decoded?: number[]; nan?: number } = {},
): Promise<{ supervised: SupervisedDecoder; restarts: DecoderRestart[] }> {
  const restarts: DecoderRestart[] = []
  const supervised = await superviseDecoder({
    open: decoder.open,
    policy: { retries: rest.retries ?? 1, decodeTimeoutMs: 5000 },
    decoded: rest.decoded ?? [],
    recall: (index) => Promise.resolve(volume(index, index === rest.nan ? NaN : index)),
    onRestart: (restart) => restarts.push(restart),
  })
  return { supervised, restarts }
}

const once = (index: number): ((at: number) => boolean) => {
  let isDone = false
  return (at) => at === index && !isDone && (isDone = true)
}

describe('superviseDecoder', () => {
  it('opens the decoder again, shows it what was decoded, and asks once more', async () => {
    const decoder = makeDecoder('all', once(2))
    const { supervised, restarts } = await supervise(decoder)
    const answers = []
    for (const index of [0, 1, 2, 3]) answers.push(await supervised.decode(volume(index)))
    expect(answers.at(-1)).toEqual({ decoded: { probabilities: [0, 1, 2, 3], motion: null } })
    expect(restarts).toEqual([{ volume: 2, reason: 'out of memory', nRestored: 2 }])
    expect(decoder.closed).toEqual([1])
  })

  it('gives a volume up on which it dies again, and decodes the next one without it', async () => {
    const decoder = makeDecoder('all', (index) => index === 1)
    const { supervised, restarts } = await supervise(decoder, { retries: 2 })
    await supervised.decode(volume(0))
    expect(await supervised.decode(volume(1))).toMatchObject({
      failure: { code: 'RT_DECODER_DIED' },
      crashed: true,
    })
    expect(restarts).toHaveLength(3)
    expect(await supervised.decode(volume(2))).toMatchObject({ decoded: { probabilities: [0, 2] } })
  })

  it('shows a decoder that looks back little the first volume and the latest', async () => {
    const decoder = makeDecoder(2, () => false)
    const { supervised } = await supervise(decoder, { decoded: [3, 4, 5, 7, 8] })
    expect(supervised.nRestored).toBe(3)
    expect(decoder.opened).toEqual([[3, 7, 8]])
  })

  it('and all of them when one of those has values that are no numbers', async () => {
    const decoder = makeDecoder(2, () => false)
    await supervise(decoder, { decoded: [3, 4, 5, 7, 8], nan: 7 })
    expect(decoder.opened).toEqual([[3, 4, 5, 7, 8]])
  })

  it('takes silence for death', async () => {
    const decoder = makeDecoder('all', () => false)
    let nAsked = 0
    const open = async (): Promise<DecoderPort> => {
      const port = await decoder.open()
      const decode: DecoderPort['decode'] = (input) =>
        nAsked++ === 0 ? new Promise(() => undefined) : port.decode(input)
      return { ...port, decode }
    }
    const restarts: DecoderRestart[] = []
    const supervised = await superviseDecoder({
      open,
      policy: { retries: 1, decodeTimeoutMs: 20 },
      decoded: [],
      recall: (index) => Promise.resolve(volume(index)),
      onRestart: (restart) => restarts.push(restart),
    })
    expect(await supervised.decode(volume(0))).toMatchObject({ decoded: { probabilities: [0] } })
    expect(restarts).toMatchObject([{ reason: 'no answer within 20 ms' }])
  })

  it('fails when no new decoder can be brought to where the old one was', async () => {
    const decoder = makeDecoder('all', (index) => index === 1)
    const supervised = await superviseDecoder({
      open: decoder.open,
      policy: { retries: 1, decodeTimeoutMs: 5000 },
      decoded: [],
      recall: () => Promise.reject(new Error('gone')),
      onRestart: () => undefined,
    })
    await supervised.decode(volume(0))
    await expect(supervised.decode(volume(1))).rejects.toMatchObject({
      code: 'RT_DECODER_UNUSABLE',
      details: { reason: 'gone' },
    })
    expect(decoder.closed).toEqual([1, 2])
  })
})
