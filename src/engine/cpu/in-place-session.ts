/**
 * An ONNX graph of one product whose result stays where it is wanted, on one or more threads.
 *
 * ONNX Runtime's binding hands each output back as a new JavaScript array, even where the caller gave the place for it: in a training step
 * of the 3D ResNet-50 more than a gigabyte of copies, and a full garbage collection for every 64 MB of them. Outputs are handed back in
 * order, after all of them were computed. So an output of a type that JavaScript does not have comes first here: handing back ends there,
 * with an error, and the product is in place.
 */
import type { OnnxBinding } from '../../math/gemm/onnx-binding.ts'
import { createOnnxGraph, type OnnxGraph } from '../../math/gemm/onnx-graph.ts'
import { protobuf } from '../../math/gemm/protobuf.ts'

/** A row-major float32 array and its shape. */
export interface Operand {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** Computes the product from its inputs by name, into `result`. */
export type InPlaceSession = (inputs: Readonly<Record<string, Operand>>, result: Operand) => void

const bfloat16 = 16
const unreadable = 'unreadable'

/** Microseconds that a thread waits for the next product before it sleeps: longer and it steals the core that the caller works on meanwhile. */
const spinMicroseconds = '20'

/**
 * Opens a session.
 *
 * @param binding - ONNX Runtime.
 * @param threads - How many threads a product may use, the caller's among them.
 * @param product - Builds the graph: declares inputs, adds nodes, and returns the name of the product, of the rank given beside it.
 * @returns The session. Its products run on the caller's arrays, without a copy.
 * @throws Whatever ONNX Runtime throws for a graph that it does not accept; the session itself, for shapes that do not fit.
 */
export function openInPlaceSession(
  binding: OnnxBinding,
  threads: number,
  product: (graph: OnnxGraph) => { readonly name: string; readonly rank: number },
): InPlaceSession {
  const graph = createOnnxGraph('product')
  const zero = graph.constant([1], new Float32Array(1))
  graph.node('Cast', [zero], { to: bfloat16 }, unreadable)
  const { name, rank } = product(graph)
  graph.output(
    name,
    Array.from({ length: rank }, (_, axis) => `y_${axis}`),
  )
  const session = binding.open(withFirstOutput(graph.toBytes()), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    enableCpuMemArena: false,
    extra: {
      session: { intra_op: { allow_spinning: '1', spin_duration_us: spinMicroseconds } },
    },
  })
  const tensor = ({ data, shape }: Operand): unknown =>
    new binding.Tensor('float32', data, [...shape])

  return (inputs, result) => {
    const feeds: Record<string, unknown> = {}
    for (const key in inputs) feeds[key] = tensor(inputs[key]!)
    try {
      session.run(feeds, { [unreadable]: null, [name]: tensor(result) }, {})
    } catch (error) {
      if (!isExpected(error)) throw error
    }
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(`Tensor type (${bfloat16})`)
}

/** Declares the unreadable output. Protobuf messages are merged by writing one after the other, so this one's output comes first. */
function withFirstOutput(model: Uint8Array): Uint8Array {
  const dimension = protobuf().integer(1, 1)
  const type = protobuf().integer(1, bfloat16).message(2, protobuf().message(1, dimension))
  const output = protobuf().text(1, unreadable).message(2, protobuf().message(1, type))
  const head = protobuf().message(7, protobuf().message(12, output)).toBytes()
  const whole = new Uint8Array(head.length + model.length)
  whole.set(head)
  whole.set(model, head.length)
  return whole
}
