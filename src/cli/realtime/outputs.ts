/** Output options -> open outputs of a session. */
import { LimbicError } from '../../core/errors/index.ts'
import {
  afniStimulusPort,
  defaultPynealPort,
  openAfniOutput,
  openLineTcpOutput,
  openLslOutput,
  openPynealOutput,
  openUdpOutput,
  type DatagramFormat,
  type Output,
  type SessionHub,
} from '../../serve/index.ts'
import type { Refuse } from '../../serve/refusals.ts'
import { parseAddress } from './options.ts'

export interface OutputOptions {
  readonly udp?: string
  readonly udpFormat: DatagramFormat
  readonly tcpOut?: string
  readonly pyneal?: string | true
  readonly lsl?: string | true
  readonly lslPackage: string
  readonly afniOut?: string | true
  readonly peer: readonly string[]
}

/**
 * Opens every output that was asked for.
 *
 * @param hub - The session's hub.
 * @param options - As commander gives them.
 * @param decoder - Classes, and the one whose probability goes where there is room for one number.
 * @param refuse - Takes refusals down.
 * @returns The outputs, in the order of the options.
 * @throws {LimbicError} As the outputs; those that were open are closed again.
 */
export async function openOutputs(
  hub: SessionHub,
  options: OutputOptions,
  { classes, className }: { readonly classes: readonly string[]; readonly className: string },
  refuse: Refuse,
): Promise<Output[]> {
  const { udp, udpFormat, tcpOut, pyneal, lsl, afniOut, peer: peers } = options
  const outputs: Output[] = []
  try {
    if (udp !== undefined)
      outputs.push(
        openUdpOutput(hub, { ...parseAddress('--udp', udp), format: udpFormat, className }),
      )
    if (tcpOut !== undefined)
      outputs.push(
        await openLineTcpOutput(hub, { ...parseAddress('--tcp-out', tcpOut), peers, refuse }),
      )
    if (pyneal !== undefined) {
      const at = parseAddress('--pyneal', pyneal === true ? String(defaultPynealPort) : pyneal)
      outputs.push(await openPynealOutput(hub, { ...at, peers, refuse }, className))
    }
    if (afniOut !== undefined) {
      const text = afniOut === true ? String(afniStimulusPort) : afniOut
      outputs.push(openAfniOutput(hub, { ...parseAddress('--afni-out', text), classes }))
    }
    if (lsl !== undefined)
      outputs.push(
        await openLslOutput(hub, {
          ...{ classes, packageName: options.lslPackage },
          name: lsl === true ? 'limbic' : lsl,
        }),
      )
    return outputs
  } catch (error) {
    await Promise.all(outputs.map((output) => output.close()))
    throw error
  }
}

/**
 * The class for outputs with room for one number.
 *
 * @param classes - Classes of the decoder.
 * @param wanted - What the user named; the first class without it.
 * @returns The class.
 * @throws {LimbicError} `OPTION_INVALID` when the decoder has no such class.
 */
export function chooseClass(classes: readonly string[], wanted: string | undefined): string {
  const chosen = wanted ?? classes[0]
  if (chosen !== undefined && classes.includes(chosen)) return chosen
  throw new LimbicError('OPTION_INVALID', {
    option: '--feedback-class',
    expected: `one of ${classes.join(', ')}`,
    found: String(wanted),
  })
}
