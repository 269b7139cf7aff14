/** zod source of the JSON header that precedes raw voxels in limbic's own TCP format (magic `FMV1`). */
import { z } from 'zod'

export const volumeDatatypes = ['int16', 'uint16', 'int32', 'float32', 'float64'] as const

export const volumeHeaderSchema = z.strictObject({
  /** 0-based index of the volume in its run. */
  index: z.int().min(0),
  /** Voxels along x, y, z; x runs fastest in the body. */
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  dtype: z.enum(volumeDatatypes),
  /** Byte order of the body. */
  order: z.enum(['little', 'big']).default('little'),
  /** Voxel indices to millimetres, 4 x 4 row-major. */
  affine: z.array(z.number()).length(16),
  trSeconds: z.number().gt(0).nullable().default(null),
  /** When it was acquired, in the words of its source. */
  acquiredAt: z.string().nullable().default(null),
  /** SHA-256 of the body in hex; checked when given. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

export type VolumeHeader = z.infer<typeof volumeHeaderSchema>
export type VolumeDatatype = (typeof volumeDatatypes)[number]
