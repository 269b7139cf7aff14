/** What went wrong on a device, in the order in which it was told: WebGPU reports errors beside the program, never where they happen. */
import { LimbicError } from '../../../core/errors/index.ts'

export interface DeviceHealth {
  /** Throws what went wrong first, if anything did. */
  assertHealthy(): void
  /** From now on a lost device is one that was given back. */
  expectLoss(): void
}

/**
 * Listens to a device.
 *
 * @param device - A device nothing has been run on yet.
 * @returns Its health. `assertHealthy` throws `ENGINE_GPU_ERROR` after an error, `ENGINE_DEVICE_LOST` after a loss.
 * @throws Never.
 */
export function watchDevice(device: GPUDevice): DeviceHealth {
  let failure: LimbicError | undefined
  let isLossExpected = false
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault()
    failure ??= gpuError(event.error.message)
  })
  void device.lost.then(({ reason, message }) => {
    if (isLossExpected) return
    failure = new LimbicError('ENGINE_DEVICE_LOST', {
      reason: reason ?? 'unknown',
      message: firstLine(message),
    })
  })
  return {
    assertHealthy: () => {
      if (failure !== undefined) throw failure
    },
    expectLoss: () => {
      isLossExpected = true
    },
  }
}

/**
 * Turns a message of Dawn into an error that names the shader.
 *
 * @param message - As Dawn words it; it quotes the labels of what it speaks of.
 * @returns `ENGINE_GPU_ERROR`.
 * @throws Never.
 */
export function gpuError(message: string): LimbicError {
  const label = /\[(?:Invalid )?(?:ShaderModule|ComputePipeline)(?:Descriptor)? "+([^"]+)"/
  const shader = label.exec(message)
  return new LimbicError('ENGINE_GPU_ERROR', {
    shader: shader?.[1],
    message: firstLine(message),
  })
}

/** Without a full stop: it becomes part of a sentence. */
function firstLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim().replace(/\.$/, ''))
  return lines.find((line) => line !== '') ?? 'no message'
}
