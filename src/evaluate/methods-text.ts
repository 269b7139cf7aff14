/** A pipeline, its data and folds -> the methods section of a paper: paragraphs to be pasted, with every number that a reader needs to repeat the analysis. */
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Fold, Report } from '../core/schemas/report.ts'
import { describeProtocol } from './protocol-text.ts'

/** What the methods section is written from. */
export interface MethodsSource {
  readonly pipeline: Pipeline
  readonly classes: readonly string[]
  readonly folds: readonly Fold[]
  readonly failedFolds: Report['failedFolds']
  readonly data: Report['data']
  readonly provenance: Report['provenance']
}

/**
 * Writes the methods section.
 *
 * @param source - The pipeline with every default filled in, its data and what the folds recorded.
 * @returns Paragraphs of plain text, the last with the references.
 * @throws Never.
 */
export function describeMethods(source: MethodsSource): string[] {
  const { pipeline, folds } = source
  return [
    dataText(source),
    ...describeProtocol(pipeline, folds),
    countsText(source),
    classifierText(source),
    statisticsText(pipeline),
    softwareText(source),
    `References. ${listReferences(pipeline).join(' ')}`,
  ].filter((text) => text !== '')
}

function dataText({ pipeline, classes, data, failedFolds }: MethodsSource): string {
  const excluded = pipeline.data.exclude
  const left = [
    excluded.length === 0 ? '' : ` Excluded by the settings: ${excluded.join(', ')}.`,
    failedFolds.length === 0
      ? ''
      : ` Not scored, because their analysis failed: ${failedFolds.map(({ subject }) => subject).join(', ')}.`,
  ].join('')
  return `Data. ${data.subjects.length} subjects of the dataset "${data.dataset}" were analysed: ${data.nRuns} runs, ${data.nVolumes} volumes, repetition time ${data.trSeconds} s. ${data.nLabelledVolumes} volumes carried one of the classes ${classes.join(', ')}; ${data.nDroppedVolumes} volumes of labelled runs carried none and were left out.${left}`
}

function countsText({ folds, pipeline }: MethodsSource): string {
  if (folds.length === 0) return ''
  const range = (pick: (fold: Fold) => number): string => {
    const values = folds.map(pick)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return low === high ? `${low}` : `${low} to ${high}`
  }
  const { detrend, highPassHz, confounds, mask } = pipeline.clean
  const drift =
    detrend === 'none' ? 'no trend was removed' : `polynomials up to order ${detrend} were removed`
  const filter = highPassHz === undefined ? '' : `, with a high-pass at ${highPassHz} Hz`
  const nuisance = confounds.length === 0 ? '' : `, and the confounds ${confounds.join(', ')}`
  return `Sizes. A fold had ${range((f) => f.nMaskVoxels)} voxels in the mask (${mask}), ${range((f) => f.nSelectedVoxels)} after selection and ${range((f) => f.nComponents)} features at the classifier, which was fitted on ${range((f) => f.nTrainingVolumes)} training samples. From calibration runs ${drift}${filter}${nuisance}.`
}

/** Classifiers that no fold could score, such as head motion where nobody measured it, were not part of the analysis. */
function classifierText({ pipeline, folds }: MethodsSource): string {
  const { model, options, baselines, baselineOptions } = pipeline.classify
  const isScored = (name: string): boolean =>
    folds.length === 0 || folds.some(({ models }) => name in models)
  const others = baselines.filter((name) => name !== model && isScored(name))
  const isSet = (name: string): boolean => Object.keys(baselineOptions[name] ?? {}).length > 0
  const listed = [
    others
      .filter(isSet)
      .map((name) => `${name}${settings(baselineOptions[name]!)}`)
      .join('; '),
    others.every(isSet)
      ? ''
      : `${others.filter((name) => !isSet(name)).join(', ')} with default settings`,
  ].filter((text) => text !== '')
  const beside =
    others.length === 0
      ? ''
      : ` Fitted on the same samples and reported beside: ${listed.join('; ')}.`
  return `Classifier. ${model}${settings(options)}.${beside}`
}

function settings(values: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(values).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return entries.length === 0 ? ' with default settings' : ` (${entries.join(', ')})`
}

function statisticsText({ seed, evaluate }: Pipeline): string {
  const measures = `Balanced accuracy is the mean recall over classes; AUC is one class against the others; the calibration error (ECE) uses ten bins. All random numbers come from seed ${seed}.`
  if (evaluate.split === 'volumes' || evaluate.split === 'grouped')
    return `Statistics. One split was scored as a whole, so there are no intervals and no tests over subjects. ${measures}`
  return `Statistics. The subject is the unit. Means over subjects are given with 95 % and 99 % Student t intervals and a percentile bootstrap over subjects (2000 resamples). Classifiers are compared by paired t tests over subjects, corrected by the false discovery rate of Benjamini and Hochberg; permutation p-values, where given, are (b + 1) / (m + 1) with labels exchanged block by block within runs and the whole pipeline repeated, corrected over classifiers by the maximum. ${measures}`
}

function softwareText({ provenance }: MethodsSource): string {
  const { version, engine, node, configSha256, datasetSha256 } = provenance
  const runtime = node === undefined ? '' : ` on Node.js ${node}`
  return `Software. limbic ${version}${runtime}; networks: ${engine}. Settings sha256 ${configSha256.slice(0, 12)}, data sha256 ${datasetSha256.slice(0, 12)}.`
}

/** Only what the pipeline used. */
function listReferences({ align, classify, select }: Pipeline): string[] {
  const models = [classify.model, ...classify.baselines]
  const uses = (name: string): boolean => models.some((model) => model.startsWith(name))
  const entries: [boolean, string][] = [
    [
      align.method === 'hyperalignment',
      'Haxby et al. (2011), A common, high-dimensional model of the representational space in human ventral temporal cortex, Neuron 72:404-416.',
    ],
    [
      align.method === 'srm' || align.method === 'det-srm',
      'Chen et al. (2015), A reduced-dimension fMRI shared response model, NIPS 28.',
    ],
    [
      select.mode !== 'all',
      'Pereira, Mitchell and Botvinick (2009), Machine learning classifiers and fMRI, NeuroImage 45:S199-S209.',
    ],
    [
      uses('cnn1d') || uses('resnet'),
      'Tchibozo et al. (2022), Emotional brain state classification on fMRI data using deep residual and convolutional networks, arXiv 2210.17015.',
    ],
    [
      classify.innerSubjects > 0,
      'Guo et al. (2017), On calibration of modern neural networks, ICML 34.',
    ],
    [
      true,
      'Nichols et al. (2017), Best practices in data analysis and sharing in neuroimaging using MRI, Nature Neuroscience 20:299-303.',
    ],
  ]
  return entries.flatMap(([isUsed, text]) => (isUsed ? [text] : []))
}
