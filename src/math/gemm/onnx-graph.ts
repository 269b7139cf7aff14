/** ONNX graphs as protobuf bytes, written by hand: nodes, constant tensors, inputs and outputs; tensors are row-major. */
import { protobuf, type ProtobufMessage } from './protobuf.ts'

/** Numbers that an attribute may hold; a lone float is written `{ float: value }`, because JavaScript cannot tell 1 from 1.0. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number }

export type OnnxData = Float32Array | Float64Array | BigInt64Array

export type OnnxElement = 'float32' | 'float64' | 'int64'

/** A dimension is a number, or a name for one that the caller chooses at run time. */
export type OnnxShape = readonly (number | string)[]

export interface OnnxGraph {
  /**
   * Adds a node with one output and returns the name of that output, made up if none is given. An operator of ONNX Runtime's own is named
   * with its domain in front, `com.microsoft.FusedMatMul`.
   */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Attributes,
    output?: string,
  ): string
  /** Adds a constant and returns its name. */
  constant(shape: readonly number[], data: OnnxData): string
  /** Declares an input of the graph and returns its name. */
  input(name: string, shape: OnnxShape, element?: OnnxElement): string
  /** Declares a value as an output of the graph. */
  output(name: string, shape: OnnxShape, element?: OnnxElement): void
  /** The whole model as bytes. */
  toBytes(): Uint8Array
}

type Attributes = Readonly<Record<string, OnnxAttribute>>

/** Operator set 17 and file version 8: the first with everything used here; every ONNX Runtime since 1.12 reads them. */
const operatorSet = 17
const irVersion = 8

/** The domain of ONNX Runtime's own operators, of which there is one version. */
const runtimeDomain = 'com.microsoft'

const elementCodes = { float32: 1, int64: 7, float64: 11 } as const

/**
 * Starts an empty ONNX graph.
 *
 * @param name - Name of the graph, for people.
 * @returns The graph, to be filled in topological order.
 * @throws Never.
 * @see https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto, where the field numbers come from.
 */
export function createOnnxGraph(name: string): OnnxGraph {
  const graph = protobuf()
  const declarations = protobuf()
  let count = 0
  let usesRuntimeDomain = false

  return {
    node(operator, inputs, attributes = {}, name) {
      const isOfRuntime = operator.startsWith(`${runtimeDomain}.`)
      const type = isOfRuntime ? operator.slice(runtimeDomain.length + 1) : operator
      const output = name ?? `${type.toLowerCase()}_${count++}`
      const node = protobuf()
      for (const input of inputs) node.text(1, input)
      node.text(2, output).text(3, `node_${output}`).text(4, type)
      for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value))
      if (isOfRuntime) node.text(7, runtimeDomain)
      usesRuntimeDomain ||= isOfRuntime
      graph.message(1, node)
      return output
    },
    constant(shape, data) {
      const constant = `constant_${count++}`
      graph.message(5, tensor(constant, shape, data))
      return constant
    },
    input(input, shape, element = 'float32') {
      declarations.message(11, valueInfo(input, shape, element))
      return input
    },
    output(output, shape, element = 'float32') {
      declarations.message(12, valueInfo(output, shape, element))
    },
    toBytes() {
      const whole = protobuf().append(graph).text(2, name).append(declarations)
      const model = protobuf()
        .integer(1, irVersion)
        .text(2, 'limbic')
        .message(7, whole)
        .message(8, protobuf().text(1, '').integer(2, operatorSet))
      if (usesRuntimeDomain) model.message(8, protobuf().text(1, runtimeDomain).integer(2, 1))
      return model.toBytes()
    },
  }
}

function tensor(name: string, shape: readonly number[], data: OnnxData): ProtobufMessage {
  const message = protobuf()
  for (const size of shape) message.integer(1, size)
  return message
    .integer(2, elementCodes[elementOf(data)])
    .text(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function valueInfo(name: string, shape: OnnxShape, element: OnnxElement): ProtobufMessage {
  const dimensions = protobuf()
  for (const size of shape)
    dimensions.message(
      1,
      typeof size === 'number' ? protobuf().integer(1, size) : protobuf().text(2, size),
    )
  const type = protobuf().integer(1, elementCodes[element]).message(2, dimensions)
  return protobuf().text(1, name).message(2, protobuf().message(1, type))
}

function attribute(name: string, value: OnnxAttribute): ProtobufMessage {
  const message = protobuf().text(1, name)
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2)
  if (typeof value === 'string') return message.text(4, value).integer(20, 3)
  if ('float' in value) return message.float(2, value.float).integer(20, 1)
  for (const item of value) message.integer(8, item)
  return message.integer(20, 7)
}

function elementOf(data: OnnxData): OnnxElement {
  if (data instanceof Float32Array) return 'float32'
  return data instanceof Float64Array ? 'float64' : 'int64'
}
