/** The network of a bundle -> the scores of a subject's labelled volumes as a linear function of its last layers. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Matrix64 } from '../../core/types.ts'
import { runFeatures, type Calibration } from '../../evaluate/protocol/calibration.ts'
import { takeSamples } from '../../evaluate/protocol/samples.ts'
import type { RunData } from '../../evaluate/protocol/subject-data.ts'
import { classifierOf, listClassifiers } from '../../train/classifiers.ts'
import type { LinearProblem } from '../../train/fine-tune/descend.ts'
import { takeScoresApart, type LastLayer } from '../../train/fine-tune/scores-by-layer.ts'
import type { Bundle, CalibrationRuns } from './read-bundle.ts'

/** A network that is kept open for one subject. */
export interface SubjectNetwork {
  /** The labelled volumes of runs, one by one, as what the last layers learn from. */
  takeApart(
    calibration: Calibration,
    runs: readonly RunData[],
  ): Promise<{ readonly layers: readonly LastLayer[]; readonly problem: LinearProblem }>
  dispose(): void
}

/**
 * Opens the network of a bundle.
 *
 * @param bundle - The decoder.
 * @param opened - The subject's runs.
 * @returns The network; to be disposed by the caller.
 * @throws {LimbicError} `FINE_TUNE_WITHOUT_NETWORK` when the decoder is none.
 */
export async function openSubjectNetwork(
  bundle: Bundle,
  { context }: CalibrationRuns,
): Promise<SubjectNetwork> {
  const { model } = bundle.pipeline.classify
  const classifier = classifierOf(model)
  if (classifier.createNetwork === undefined)
    throw new LimbicError('FINE_TUNE_WITHOUT_NETWORK', {
      bundle: bundle.dir,
      model,
      networks: listClassifiers().filter((one) => classifierOf(one).createNetwork !== undefined),
    })
  const engine = await context.openEngine()
  const network = classifier.createNetwork(bundle.classifier, engine)
  return {
    async takeApart(calibration, runs) {
      const parts: Omit<LinearProblem, 'temperature'>[] = []
      let layers: readonly LastLayer[] = []
      // Run by run: whole volumes of all of them would not fit into memory.
      for (const run of runs) {
        const { features, labels } = takeSamples(run, await runFeatures(context, calibration, run), 'volume') // prettier-ignore
        const apart = await takeScoresApart(engine, network, features)
        layers = apart.layers
        parts.push({ ...apart, labels })
      }
      const problem = {
        inputs: stackRows(parts.map(({ inputs }) => inputs)),
        rest: stackRows(parts.map(({ rest }) => rest)),
        labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
        temperature: bundle.temperature,
      }
      return { layers, problem }
    },
    dispose: () => void network.model.dispose(),
  }
}

function stackRows(parts: readonly Matrix64[]): Matrix64 {
  const data = new Float64Array(parts.reduce((length, part) => length + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { data, nRows: parts.reduce((n, { nRows }) => n + nRows, 0), nCols: parts[0]?.nCols ?? 0 }
}
