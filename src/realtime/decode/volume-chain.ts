/** A bundle and a calibration -> everything that is done to one volume beside the scanner, from raw voxels to probabilities: the functions of offline decoding. */
import { createFinding } from '../../core/errors/index.ts'
import type { Engine } from '../../engine/index.ts'
import { createVolumeDecoder } from '../../pipeline/bundle/volume-decoder.ts'
import { describeValues } from '../../preprocess/gap-filler.ts'
import type { DecodeOutcome, DecoderInput, DecoderOptions, DecoderPort } from './decoder-port.ts'
import { createLiveDetrend } from './live-detrend.ts'
import { createLivePreprocessor, resolveRealign } from './live-preprocessor.ts'
import { warmUp } from './warm-up.ts'

/**
 * Makes a decoder in this thread.
 *
 * @param options - What to decode with, and what to do to volumes first.
 * @param openEngine - Where networks run; linear models never ask.
 * @returns The decoder of one run. A blank volume is refused; any other error is the end of it.
 * @throws {LimbicError} As `createVolumeDecoder`; `VALUE_INVALID` for settings that do not fit the calibration.
 */
export async function createVolumeChain(
  options: DecoderOptions,
  openEngine: () => Promise<Engine>,
): Promise<DecoderPort> {
  const { bundle, calibration, policy } = options
  const reference = options.reference ?? calibration.preprocessing
  const { data, clean } = bundle.pipeline
  const realign = resolveRealign(policy.realign, data.preprocess, reference !== undefined)
  const preprocess = createLivePreprocessor(realign, reference)
  const detrend =
    policy.detrend === null ? undefined : createLiveDetrend(policy.detrend, calibration)
  const decoder = await createVolumeDecoder(bundle, calibration, openEngine)
  const remembersRun =
    detrend !== undefined ||
    clean.baseline === 'running' ||
    (calibration.scaler === null && clean.baseline !== 'none')

  const prepare = (input: DecoderInput) => {
    const volume = preprocess(input)
    const ready = detrend === undefined ? volume.data : detrend(volume, input.index)
    return { ready, motion: volume.motion }
  }

  await warmUp(options, realign, decoder, remembersRun ? openEngine : undefined)
  return {
    lookback: remembersRun ? 'all' : 2,
    async decode(input): Promise<DecodeOutcome> {
      if (describeValues(input.data).isBlank) return { failure: blankVolume(input) }
      const { ready, motion } = prepare(input)
      const probabilities = ready === null ? null : Array.from(await decoder.decode(ready))
      return { decoded: { probabilities, motion } }
    },
    async restore(input) {
      const { ready } = prepare(input)
      // Its result is known; only what it leaves behind in the running statistics is wanted.
      if (remembersRun && ready !== null) await decoder.decode(ready)
    },
    close() {
      decoder.dispose()
      return Promise.resolve()
    },
  }
}

function blankVolume({ index }: DecoderInput): { code: string; message: string } {
  const { code, message } = createFinding('error', 'VOLUME_BLANK', {
    what: `volume ${index}`,
    found: 'the same value everywhere, or no number at all',
  })
  return { code, message }
}
