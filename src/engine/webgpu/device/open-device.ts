/** An adapter -> a device with all the room that the adapter has; the default limits are those of a telephone. */

/** Limits that the kernels make use of. */
const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxBufferSize',
] as const satisfies readonly (keyof GPUSupportedLimits)[]

/**
 * Opens a device.
 *
 * @param adapter - The adapter.
 * @returns The device, with the adapter's own limits and, where it has them, time stamps for profiling.
 * @throws What Dawn throws when the driver refuses.
 */
export function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]))
  const requiredFeatures = (['timestamp-query'] as const).filter((name) =>
    adapter.features.has(name),
  )
  return adapter.requestDevice({ label: 'limbic', requiredLimits, requiredFeatures })
}
