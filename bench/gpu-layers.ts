/** The convolutions of the paper's 3D ResNet-50, one of each kind, with the operations that each pass takes; volumes `[N, X, Y, Z, C]`. */

export interface ConvolutionLayer {
  readonly name: string
  /** Voxels of the input along each axis. */
  readonly input: readonly number[]
  readonly channelsIn: number
  readonly channelsOut: number
  readonly kernel: number
  readonly stride: number
  readonly pad: 'same' | 'valid'
}

/**
 * Lists the layers.
 *
 * @param volume - Voxels of the network's input along each axis.
 * @param width - Channels after the stem; 64 as published.
 * @returns The stem, and of every stage the 1x1x1, 3x3x3 and widening 1x1x1 convolution.
 * @throws Never.
 */
export function listLayers(volume: readonly number[], width: number): ConvolutionLayer[] {
  const halve = (sizes: readonly number[]): number[] => sizes.map((size) => Math.ceil(size / 2))
  const stem: ConvolutionLayer = {
    ...{ name: 'stem 7x7x7', input: volume, channelsIn: 1, channelsOut: width },
    ...{ kernel: 7, stride: 2, pad: 'same' },
  }
  let sizes = halve(halve(volume))
  const stages = [1, 2, 3, 4].flatMap((stage): ConvolutionLayer[] => {
    const inner = width * 2 ** (stage - 1)
    const input = sizes
    if (stage > 1) sizes = halve(sizes)
    const channelsIn = stage === 1 ? width : 2 * inner
    return [
      {
        ...{ name: `stage ${stage} 1x1x1 in`, input, channelsIn, channelsOut: inner },
        ...{ kernel: 1, stride: stage > 1 ? 2 : 1, pad: 'valid' },
      },
      {
        ...{ name: `stage ${stage} 3x3x3`, input: sizes, channelsIn: inner, channelsOut: inner },
        ...{ kernel: 3, stride: 1, pad: 'same' },
      },
      {
        ...{ name: `stage ${stage} 1x1x1 out`, input: sizes, channelsIn: inner },
        ...{ channelsOut: 4 * inner, kernel: 1, stride: 1, pad: 'valid' },
      },
    ]
  })
  return [stem, ...stages]
}

/**
 * Shapes and cost of a layer.
 *
 * @param layer - The layer.
 * @param batch - Samples.
 * @returns Shapes of input, filter and output, and floating-point operations of any one pass.
 * @throws Never.
 */
export function shapesOf(
  layer: ConvolutionLayer,
  batch: number,
): { x: number[]; filter: number[]; y: number[]; operations: number } {
  const { input, channelsIn, channelsOut, kernel, stride } = layer
  const output = input.map((size) => Math.ceil(size / stride))
  const filter = [kernel, kernel, kernel, channelsIn, channelsOut]
  const y = [batch, ...output, channelsOut]
  const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  return {
    ...{ x: [batch, ...input, channelsIn], filter, y },
    operations: 2 * product(y) * kernel ** 3 * channelsIn,
  }
}
