/** A subject's truth and its task runs as they are made -> the score of the oracle that fits the kind of effect. */
import type { Matrix64 } from '../core/types.ts'
import type { Brain } from './brain.ts'
import type { SimulateOptions } from './options.ts'
import {
  createOracle,
  oracleEvidence,
  scoreOracle,
  type OracleScore,
  type OracleVolumes,
} from './oracle.ts'
import { createTextureOracle, scoreTextureOracle, textureEvidence } from './texture-oracle.ts'

/** Looks at one run after the other, then gives its verdict over all of them. */
export interface Judge {
  /** Region `[nVolumes x nRegionVoxels]`, activity `[nVolumes x nConditions]` and class per volume of a run. */
  look(regionByTime: Matrix64, activity: Matrix64, labels: Int32Array): void
  /** Score over the runs seen so far. */
  score(nClasses: number): OracleScore
}

/**
 * Makes the judge of one subject.
 *
 * @param brain - The brain.
 * @param topography - `[nRegionVoxels x nDims]`.
 * @param patterns - Latent response per condition, `[nConditions x nDims]`.
 * @param options - Decide between responses and textures.
 * @returns The judge.
 * @throws Never.
 */
export function createJudge(
  brain: Brain,
  topography: Matrix64,
  patterns: Matrix64,
  options: SimulateOptions,
): Judge {
  const { evidenceOf, scoreOf } = options.texture
    ? textureOracle(brain, topography, options)
    : responseOracle(brain, topography, patterns, options)
  const evidence: Matrix64[] = []
  const activity: Matrix64[] = []
  const labels: Int32Array[] = []
  return {
    look(regionByTime, active, classes) {
      evidence.push(evidenceOf(regionByTime))
      activity.push(active)
      labels.push(classes)
    },
    score: (nClasses) =>
      scoreOf(
        {
          evidence: stack(evidence),
          activity: stack(activity),
          labels: Int32Array.from(labels.flatMap((part) => [...part])),
        },
        nClasses,
      ),
  }
}

interface Verdict {
  readonly evidenceOf: (regionByTime: Matrix64) => Matrix64
  readonly scoreOf: (volumes: OracleVolumes, nClasses: number) => OracleScore
}

function responseOracle(
  brain: Brain,
  topography: Matrix64,
  patterns: Matrix64,
  options: SimulateOptions,
): Verdict {
  const oracle = createOracle(brain, topography, patterns, options)
  return {
    evidenceOf: (region) => oracleEvidence(oracle, region),
    scoreOf: (volumes, nClasses) => scoreOracle(oracle, volumes, nClasses),
  }
}

function textureOracle(brain: Brain, topography: Matrix64, options: SimulateOptions): Verdict {
  const oracle = createTextureOracle(brain, topography, options)
  return {
    evidenceOf: (region) => textureEvidence(oracle, region),
    scoreOf: (volumes, nClasses) => scoreTextureOracle(oracle, volumes, nClasses),
  }
}

function stack(parts: readonly Matrix64[]): Matrix64 {
  const nRows = parts.reduce((sum, part) => sum + part.nRows, 0)
  const nCols = parts[0]?.nCols ?? 0
  const data = new Float64Array(nRows * nCols)
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { data, nRows, nCols }
}
