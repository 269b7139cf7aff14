/** The volumes of `limbic bench realtime`; kept apart from what writes its bundle, which loads the networks. */
import type { Grid } from '../src/core/types.ts'

export const realtimeGrid: Grid = {
  shape: [64, 64, 34],
  affine: [3, 0, 0, -95, 0, 3, 0, -95, 0, 0, 3.5, -58, 0, 0, 0, 1],
}
