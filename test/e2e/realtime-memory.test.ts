/** Ten thousand volumes through one session: what it holds must not grow with what it has seen. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { VolumeSource } from '../../src/realtime/volume-source.ts'
import { arrived, makeBench, startOn, type SessionBench } from '../realtime/_session.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench('clean.baseline=running')
})
afterAll(() => bench.remove())

it('memory stays flat over 10 000 volumes, and every one of them gets its feedback', async () => {
  const held: { readonly volume: number; readonly bytes: number }[] = []
  const nVolumes = 10_000
  let heard = -1
  let goOn: () => void = () => undefined
  const source: VolumeSource = {
    description: 'ten thousand volumes',
    close: () => Promise.resolve(),
    async *[Symbol.asyncIterator]() {
      for (let index = 0; index < nVolumes; index++) {
        const like = bench.run[index % bench.run.length]!
        const data = like.data.map((value) => value + (index % 7))
        yield { type: 'volume', volume: arrived(index, data, like) }
        // The next one comes when this one has its feedback, as at a scanner.
        if (heard < index) await new Promise<void>((resolve) => (goOn = resolve))
        if (index % 1000 !== 999) continue
        collectGarbage()
        const { heapUsed, external } = process.memoryUsage()
        held.push({ volume: index, bytes: heapUsed + external })
      }
    },
  }
  let nHeard = 0
  const { session } = await startOn(bench, 'long', source, {
    onEvent: (event) => {
      if (event.type !== 'feedback') return
      heard = event.volume
      nHeard += 1
      goOn()
    },
  })
  const summary = await session.done
  expect(summary.counts).toMatchObject({ received: nVolumes, feedback: nVolumes })
  expect(nHeard).toBe(nVolumes)
  // The messages that are kept for `GET /volumes/N` are complete after 4096 volumes.
  const settled = held.filter(({ volume }) => volume > 4500)
  const growth = settled.at(-1)!.bytes - settled[0]!.bytes
  expect(growth / 2 ** 20).toBeLessThan(8)
})
