/** Protocol Buffers, writing only: fields in the order of the calls -> bytes. */

/** A message under construction; every call appends one field and returns the same message. */
export interface ProtobufMessage {
  /** A whole number as a varint; negative ones take ten bytes, as the format asks. */
  integer(field: number, value: number): ProtobufMessage
  /** A 32-bit float. */
  float(field: number, value: number): ProtobufMessage
  /** Text as UTF-8. */
  text(field: number, value: string): ProtobufMessage
  /** Bytes, kept by reference until `toBytes`. */
  bytes(field: number, value: Uint8Array): ProtobufMessage
  /** A message inside this one. */
  message(field: number, value: ProtobufMessage): ProtobufMessage
  /** All fields of another message, as if they had been written here. */
  append(value: ProtobufMessage): ProtobufMessage
  toBytes(): Uint8Array
  readonly parts: readonly Uint8Array[]
  readonly byteLength: number
}

const VARINT = 0
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

/**
 * Starts an empty message.
 *
 * @returns The message.
 * @throws Never.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function protobuf(): ProtobufMessage {
  const parts: Uint8Array[] = []
  let byteLength = 0
  const push = (bytes: Uint8Array): void => {
    parts.push(bytes)
    byteLength += bytes.length
  }
  const tag = (field: number, wireType: number): void => push(varint((field << 3) | wireType))

  const message: ProtobufMessage = {
    parts,
    get byteLength() {
      return byteLength
    },
    integer(field, value) {
      tag(field, VARINT)
      push(varint(value))
      return message
    },
    float(field, value) {
      tag(field, FIXED_32)
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setFloat32(0, value, true)
      push(bytes)
      return message
    },
    text: (field, value) => message.bytes(field, new TextEncoder().encode(value)),
    bytes(field, value) {
      tag(field, LENGTH_DELIMITED)
      push(varint(value.length))
      push(value)
      return message
    },
    message(field, value) {
      tag(field, LENGTH_DELIMITED)
      push(varint(value.byteLength))
      return message.append(value)
    },
    append(value) {
      for (const part of value.parts) push(part)
      return message
    },
    toBytes() {
      const bytes = new Uint8Array(byteLength)
      let offset = 0
      for (const part of parts) {
        bytes.set(part, offset)
        offset += part.length
      }
      return bytes
    },
  }
  return message
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}
