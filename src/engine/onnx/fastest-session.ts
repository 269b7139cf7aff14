/** An exported network -> a session on the processor, or on a graphics card where there is one and it is faster. */
import { isMainThread } from 'node:worker_threads'
import { mayHaveHardware } from '../webgpu/device/adapter.ts'
import { openOnnxSession, type OnnxProvider, type OnnxSession } from './session.ts'

/** Below this, no graphics card wins: handing a volume over and back takes about as long. */
const leastMilliseconds = 2

/** What the choice asks the machine; tests put their own here. */
export interface SessionChoice {
  open(provider: OnnxProvider): OnnxSession
  /** Whether a graphics card can be there. */
  mayHaveCard(): boolean
  /** Milliseconds of one run on one sample. */
  time(session: OnnxSession): number
}

/**
 * Opens the session that decodes one sample fastest.
 *
 * @param bytes - The ONNX model.
 * @param choice - What the choice asks the machine; default: this machine.
 * @returns The session. The graphics card is tried only where one can be there and the processor takes more than 2 ms.
 * @throws {LimbicError} `ONNX_RUNTIME_UNAVAILABLE` when ONNX Runtime does not load or refuses the model.
 */
export function openFastestSession(
  bytes: Uint8Array,
  choice: SessionChoice = choiceOf(bytes),
): OnnxSession {
  const onProcessor = choice.open('cpu')
  if (!choice.mayHaveCard()) return onProcessor
  const milliseconds = choice.time(onProcessor)
  if (milliseconds < leastMilliseconds) return onProcessor
  const onCard = tryOpen(choice)
  if (onCard === undefined) return onProcessor
  const isFaster = choice.time(onCard) < milliseconds
  ;(isFaster ? onProcessor : onCard).dispose()
  return isFaster ? onCard : onProcessor
}

function choiceOf(bytes: Uint8Array): SessionChoice {
  return {
    open: (provider) => openOnnxSession(bytes, { provider }),
    // Drivers are known to fail in worker threads.
    mayHaveCard: () => isMainThread && mayHaveHardware(),
    time: timeRun,
  }
}

function timeRun(session: OnnxSession): number {
  const { sampleShape } = session
  const sample = new Float32Array(sampleShape.reduce((product, n) => product * n, 1))
  // The first runs plan memory and compile shaders.
  for (let i = 0; i < 2; i++) session.run(sample)
  const started = performance.now()
  for (let i = 0; i < nTimed; i++) session.run(sample)
  return (performance.now() - started) / nTimed
}

const nTimed = 3

/** A driver that refuses the network is no reason not to decode. */
function tryOpen(choice: SessionChoice): OnnxSession | undefined {
  try {
    return choice.open('webgpu')
  } catch {
    return undefined
  }
}
