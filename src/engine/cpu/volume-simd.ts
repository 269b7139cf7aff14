/** The exports of volume.wasm, norm.wasm and winograd.wasm, typed: kernels on `[N, D, H, W, C]` volumes and on their `[rows x C]` voxels. */

export type Triple = readonly [number, number, number]

type Volume = [N: number, ...size: Triple, C: number]
type Border = [...padded: Triple, ...before: Triple]
type Sampling = [...output: Triple, ...strides: Triple, ...offset: Triple]
type Windows = [...output: Triple, ...filter: Triple, ...strides: Triple, ...before: Triple]

/** Rows of a patch matrix, then the padded volume and the windows. */
export type VolumePatchArguments = [
  ...rows: [r0: number, r1: number],
  ...padded: [...Triple, C: number],
  ...windows: [...output: Triple, ...filter: Triple, ...strides: Triple],
]

/** y = relu(x * scale + shift), two pointers to `[C]`; 0 for none. */
type AffinePointers = [scale: number, shift: number]

export interface VolumeKernels {
  padVolume(x: number, y: number, ...rest: [...Volume, ...Border, ...AffinePointers]): void
  unpadVolume(y: number, x: number, ...rest: [...Volume, ...Border]): void
  patchesOfVolume(x: number, col: number, ...rest: VolumePatchArguments): void
  patchesIntoVolume(col: number, x: number, ...rest: VolumePatchArguments): void
  takeVoxels(x: number, y: number, ...rest: [...Volume, ...Sampling]): void
  addVoxels(y: number, x: number, ...rest: [...Volume, ...Sampling]): void
  maxPoolVolume(
    ...args: [x: number, y: number, tap: number, ...Volume, ...Windows, ...AffinePointers]
  ): void
  maxPoolVolumeGrad(...args: [dy: number, tap: number, dx: number, ...Volume, ...Windows]): void
  averagePoolVolume(
    ...args: [x: number, y: number, ...Volume, ...Windows, isBackward: boolean]
  ): void
}

type Rows = [rows: number, C: number]

export interface NormKernels {
  biasAndMoments(
    ...args: [y: number, ...Rows, bias: number, ref: number, sum: number, sumSq: number]
  ): void
  moments(...args: [x: number, ...Rows, ref: number, sum: number, sumSq: number]): void
  normRelu(...args: [x: number, y: number, ...Rows, ...AffinePointers, relu: boolean]): void
  normReluSums(...args: [x: number, ...Rows, ...AffinePointers, sum: number]): void
  normReluGradSums(
    ...args: [
      ...arrays: [d: number, x: number],
      ...Rows,
      ...AffinePointers,
      ...sums: [mean: number, s1: number, s2: number],
    ]
  ): void
  normReluGrad(
    ...args: [
      ...arrays: [d: number, x: number, dx: number],
      ...Rows,
      ...AffinePointers,
      ...coefficients: [k1: number, k2: number, k3: number, extra: number],
    ]
  ): void
}

/** Bytes from plane to plane, and which tiles. */
type Tiles = [plane: number, first: number, end: number]

export interface WinogradKernels {
  winogradInput(
    ...args: [x: number, V: number, ...Tiles, ...grid: Triple, C: number, ...padded: Triple]
  ): void
  winogradOutput(...args: [M: number, y: number, ...Tiles, ...size: Triple, C: number]): void
  winogradOutputGrad(...args: [dy: number, M: number, ...Tiles, ...size: Triple, C: number]): void
  winogradWeights(w: number, U: number, n: number): void
  winogradWeightsGrad(U: number, w: number, n: number): void
}
