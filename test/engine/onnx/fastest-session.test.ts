import { describe, expect, it } from 'vitest'
import { openFastestSession, type SessionChoice } from '../../../src/engine/onnx/fastest-session.ts'
import type { OnnxProvider, OnnxSession } from '../../../src/engine/onnx/session.ts'

/** Sessions that are named in their sample shape, 0 on the processor and 1 on the card. */
function pretend(
  milliseconds: Readonly<Record<OnnxProvider, number>>,
  hasCard: boolean,
): { choice: SessionChoice; disposed: OnnxProvider[]; opened: OnnxProvider[] } {
  const disposed: OnnxProvider[] = []
  const opened: OnnxProvider[] = []
  const providers = new Map<OnnxSession, OnnxProvider>()
  const open = (provider: OnnxProvider): OnnxSession => {
    opened.push(provider)
    if (!Number.isFinite(milliseconds[provider])) throw new Error('the driver refuses')
    const session = {
      sampleShape: [provider === 'cpu' ? 0 : 1],
      run: (input: Float32Array) => input,
      dispose: () => void disposed.push(provider),
    }
    providers.set(session, provider)
    return session
  }
  const time = (session: OnnxSession): number => milliseconds[providers.get(session)!]
  return { choice: { open, mayHaveCard: () => hasCard, time }, disposed, opened }
}

const none = new Uint8Array(0)

describe('openFastestSession', () => {
  it('asks no card where there is none, or where the processor is fast', () => {
    for (const [cpu, hasCard] of [
      [50, false],
      [1, true],
    ] as const) {
      const { choice, opened } = pretend({ cpu, webgpu: 0.1 }, hasCard)
      expect(openFastestSession(none, choice).sampleShape).toEqual([0])
      expect(opened).toEqual(['cpu'])
    }
  })

  it('keeps the faster one and gives the other back', () => {
    const fast = pretend({ cpu: 50, webgpu: 5 }, true)
    expect(openFastestSession(none, fast.choice).sampleShape).toEqual([1])
    expect(fast.disposed).toEqual(['cpu'])
    const slow = pretend({ cpu: 50, webgpu: 90 }, true)
    expect(openFastestSession(none, slow.choice).sampleShape).toEqual([0])
    expect(slow.disposed).toEqual(['webgpu'])
  })

  it('stays on the processor when the card refuses', () => {
    const { choice, disposed } = pretend({ cpu: 50, webgpu: NaN }, true)
    expect(openFastestSession(none, choice).sampleShape).toEqual([0])
    expect(disposed).toEqual([])
  })
})
