/** A feedback value -> the UDP datagrams of OpenNFT (text and binary) and of pyOpenNFT. */

/**
 * `text`: numbers as decimal text, as in the first versions of OpenNFT's network library. `binary`: numbers as float32, as in its later
 * versions. `pyopennft`: one big-endian float32 a volume and nothing else.
 */
export type DatagramFormat = 'text' | 'binary' | 'pyopennft'

/** What OpenNFT sends for a value: the condition, then the value, each behind the time at which it was sent. */
export interface TimedValue {
  readonly condition: string
  readonly value: number
  /** Seconds since 1970. */
  readonly sentAt: number
}

/** Opens and closes the exchange in OpenNFT's formats. */
export const controlCharacter = '#'

/**
 * The datagrams for one volume with feedback.
 *
 * @param format - Which dialect.
 * @param timed - Condition, value, time.
 * @returns Datagrams in the order in which they are to be sent.
 * @throws Never.
 * @remarks In `binary`, OpenNFT's receiver takes a datagram whose length is a multiple of four for numbers, so a condition of such a length
 *   gets a space behind it. Numbers are little-endian there, as on every machine that OpenNFT runs on.
 * @see OpenNFT's `initUdpSender` and the classes `Udp` of pyniexp (network library); pyOpenNFT's `opennft_console_proj.py`.
 */
export function formatDatagrams(
  format: DatagramFormat,
  { condition, value, sentAt }: TimedValue,
): Buffer[] {
  if (format === 'pyopennft') return [float32(value, 'big')]
  if (format === 'binary') {
    const name = Buffer.from(condition)
    const padded = name.length % 4 === 0 ? Buffer.concat([name, Buffer.from(' ')]) : name
    return [float32(sentAt, 'little'), padded, float32(sentAt, 'little'), float32(value, 'little')]
  }
  const time = Buffer.from(formatDecimal(sentAt))
  return [time, Buffer.from(condition), time, Buffer.from(formatDecimal(value))]
}

/**
 * The datagrams that open and close the exchange.
 *
 * @param format - Which dialect.
 * @returns One control character, or nothing where the dialect has none.
 * @throws Never.
 */
export function controlDatagrams(format: DatagramFormat): Buffer[] {
  return format === 'pyopennft' ? [] : [Buffer.from(controlCharacter)]
}

function float32(value: number, order: 'big' | 'little'): Buffer {
  const bytes = Buffer.alloc(4)
  if (order === 'big') bytes.writeFloatBE(value)
  else bytes.writeFloatLE(value)
  return bytes
}

/** Six decimals: short enough for the 16 bytes that some receivers read, and never in exponent notation. */
function formatDecimal(value: number): string {
  return value.toFixed(6)
}
