/** Reads a source in tests: waits for what is expected, and not for a time. */
import type {
  ArrivedVolume,
  SourceEvent,
  VolumeSource,
} from '../../../src/realtime/volume-source.ts'

export interface Listener {
  readonly events: SourceEvent[]
  readonly volumes: () => ArrivedVolume[]
  readonly codes: () => string[]
  /** Resolves when the condition holds; fails with what came instead. */
  readonly until: (condition: () => boolean, what?: string) => Promise<void>
  readonly close: () => Promise<void>
}

export function listen(source: VolumeSource): Listener {
  const events: SourceEvent[] = []
  let wake = (): void => undefined
  const reading = (async () => {
    for await (const event of source) {
      events.push(event)
      wake()
    }
  })()
  const volumes = (): ArrivedVolume[] =>
    events.flatMap((event) => (event.type === 'volume' ? [event.volume] : []))
  const codes = (): string[] =>
    events.flatMap((event) => (event.type === 'problem' ? [event.code] : []))
  return {
    events,
    volumes,
    codes,
    async until(condition, what = 'an event') {
      const end = Date.now() + 30_000
      while (!condition()) {
        if (Date.now() > end)
          throw new Error(
            `waited for ${what}; came: volumes ${volumes()
              .map(({ index }) => index)
              .join()}, problems ${codes().join()}`,
          )
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 50)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
    async close() {
      await source.close()
      await reading
    },
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))
