/** Six motion parameters per volume -> 6, 12 or 24 confounds, named as fMRIPrep names them. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix } from '../../core/types.ts'
import { motionNames } from '../motion.ts'
import { namedColumns, type NamedColumn } from './named-matrix.ts'

/** 6 parameters; 12 with their backward differences; 24 with the squares of both. */
export type MotionModel = 6 | 12 | 24

/**
 * Expands motion parameters.
 *
 * @param parameters - `[nVolumes x 6]`, mm and rad.
 * @param model - How many columns.
 * @returns The columns: parameters, then `_derivative1`, then `_power2` and `_derivative1_power2`. Differences are 0 at the first volume.
 * @throws {LimbicError} `SHAPE_MISMATCH` when there are not six columns.
 * @remarks The 24-column model of Satterthwaite et al. (2013), NeuroImage 64:240-256.
 */
export function motionConfounds(parameters: Matrix, model: MotionModel): NamedColumn[] {
  if (parameters.nCols !== motionNames.length)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'motion parameters',
      expected: '6 columns: three translations in mm, three rotations in rad',
      found: `${parameters.nCols} columns`,
    })
  const six = namedColumns(parameters, motionNames)
  if (model === 6) return six
  const twelve = [...six, ...six.map(difference)]
  return model === 12 ? twelve : [...twelve, ...twelve.map(square)]
}

function difference([name, values]: NamedColumn): NamedColumn {
  const steps = Float64Array.from(values, (value, t) => (t === 0 ? 0 : value - values[t - 1]!))
  return [`${name}_derivative1`, steps]
}

function square([name, values]: NamedColumn): NamedColumn {
  return [`${name}_power2`, Float64Array.from(values, (value) => value * value)]
}
