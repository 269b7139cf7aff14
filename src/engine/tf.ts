/** tfjs-core and tfjs-layers in one namespace. Type-only for everybody but the engine: values reach callers through `Engine.tf`. */
import type * as core from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'

export type Tf = typeof core & typeof layers
