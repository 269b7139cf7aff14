/** Whether the paper's 3D ResNet-50 can learn 8 volumes by heart: `node dist/bench/overfit.js [EPOCHS]` prints the loss epoch by epoch. */
import { resnet3d, resnet3dTraining } from '../models/index.ts'
import { createRng } from '../src/core/rng.ts'
import { openEngine } from '../src/engine/index.ts'
import { trainNetwork } from '../src/train/network/index.ts'

const [shape, nVolumes, wanted] = [[64, 64, 44] as const, 8, 0.05]
const epochs = Number(process.argv[2] ?? 40)

const engine = await openEngine()
const rng = createRng('overfit')
const model = resnet3d(engine.tf, {
  preset: 'paper',
  ...{ shape, nClasses: 2, seed: 0, output: 'logits', fused: engine.fused },
})
const started = performance.now()
await trainNetwork({
  engine,
  model,
  sampleShape: [...shape, 1],
  // Noise: there is nothing to learn but the volumes themselves.
  samples: {
    features: Float32Array.from({ length: nVolumes * 64 * 64 * 44 }, () => rng.normal()),
    labels: Int32Array.from({ length: nVolumes }, (_, i) => i % 2),
  },
  nClasses: 2,
  training: { ...resnet3dTraining.paper, epochs, batchSize: nVolumes / 2 },
  rng,
  onEpochStream: () => undefined,
  emit: (event) => {
    if (event.type !== 'progress') return
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    process.stdout.write(`${seconds} s: ${event.detail ?? ''}\n`)
    if (Number(/loss ([\d.]+)/.exec(event.detail ?? '')?.[1] ?? Infinity) >= wanted) return
    process.stdout.write(`below ${wanted}\n`)
    process.exit(0)
  },
  stage: 'overfit',
  unit: 'volumes',
})
process.stdout.write(`not below ${wanted} after ${epochs} epochs\n`)
process.exit(1)
