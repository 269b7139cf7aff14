/** zod source of `report.json` and of `folds/<subject>.json`: what a run found, subject by subject, with nothing in it that differs between two equal runs. */
import { z } from 'zod'

const interval = z.tuple([z.number(), z.number()]).nullable()

/** A figure over subjects; the subject is the unit. `ci95` and `ci99` are Student t intervals, null below two subjects. */
export const statisticSchema = z.strictObject({
  mean: z.number(),
  sd: z.number(),
  ci95: interval,
  ci99: interval,
  /** Percentile bootstrap over subjects, for scores whose distribution is no normal one; null below two subjects. */
  bootstrap95: interval.optional(),
})

export const summarySchema = z.strictObject({
  accuracy: statisticSchema,
  balancedAccuracy: statisticSchema,
  macroF1: statisticSchema,
  auc: statisticSchema.nullable(),
  logLoss: statisticSchema,
  ece: statisticSchema,
})

/**
 * What curves are drawn from, as counts, so that subjects add up exactly. `roc`: per class, scored samples of that class (`positive`) and
 * of the others (`negative`) by the log odds of the class, in bins whose edges are `rocEdges`. `reliability`: ten bins of confidence with
 * their number of samples, the sum of confidences and the number of right ones.
 */
export const curvesSchema = z.strictObject({
  roc: z.array(z.strictObject({ positive: z.array(z.int()), negative: z.array(z.int()) })),
  reliability: z.array(z.strictObject({ count: z.int(), confidence: z.number(), hits: z.int() })),
})

/** Scores of one classifier on the evaluation volumes of one subject. `confusion`: rows = true class, columns = predicted. */
export const scoresSchema = z.strictObject({
  nTest: z.int(),
  accuracy: z.number(),
  balancedAccuracy: z.number(),
  macroF1: z.number(),
  auc: z.number().nullable(),
  logLoss: z.number(),
  ece: z.number(),
  confusion: z.array(z.array(z.int())),
  curves: curvesSchema.optional(),
})

export const epochSchema = z.strictObject({
  epoch: z.int(),
  loss: z.number(),
  accuracy: z.number(),
  validationLoss: z.number().optional(),
  validationAccuracy: z.number().optional(),
})

/** `subject` of the only fold of a single split (protocol `paper`): it belongs to no subject. */
export const singleFold = 'all'

/** One classifier in one fold: calibrated by alignment, without alignment, and without any data of the subject. */
export const modelFoldSchema = z.strictObject({
  calibrated: scoresSchema,
  unaligned: scoresSchema.nullable(),
  zeroShot: scoresSchema.nullable(),
  temperature: z.number(),
  epochs: z.array(epochSchema),
})

const foldCurveSchema = z.strictObject({
  unit: z.enum(['minutes', 'runs']),
  points: z.array(
    z.strictObject({
      ...{ amount: z.number(), minutes: z.number() },
      ...{ accuracy: z.number(), balancedAccuracy: z.number() },
    }),
  ),
})

export const foldSchema = z.strictObject({
  subject: z.string(),
  /** Runs that were scored, and runs that the alignment and the scaler of this subject were fitted on (per rotation if runs rotate). */
  evaluationRuns: z.array(z.string()),
  calibrationRuns: z.array(z.string()),
  calibrationMinutes: z.number(),
  trainingSubjects: z.array(z.string()),
  innerSubjects: z.array(z.string()),
  nTrainingVolumes: z.int(),
  nMaskVoxels: z.int(),
  nSelectedVoxels: z.int(),
  nComponents: z.int(),
  models: z.record(z.string(), modelFoldSchema),
  /** The model at several lengths of calibration of this subject. */
  learningCurve: foldCurveSchema.optional(),
  /** The model within this subject, leaving out one run after the other; null when it has fewer than two runs with labels. */
  withinSubject: scoresSchema.nullable().optional(),
  /** What was chosen on inner subjects, by name of the setting. */
  choices: z.record(z.string(), z.unknown()).nullable().optional(),
  /** Grid indices of the voxels that were used, ascending; absent where all of the mask were. */
  selectedVoxels: z.array(z.int()).optional(),
  leaks: z.array(z.string()),
  warnings: z.array(z.string()),
})

const reportFoldSchema = scoresSchema.extend({
  subject: z.string(),
  unaligned: scoresSchema.nullable(),
  zeroShot: scoresSchema.nullable(),
  temperature: z.number(),
  nTrainingVolumes: z.int(),
  nMaskVoxels: z.int(),
  nSelectedVoxels: z.int(),
  nComponents: z.int(),
  calibrationMinutes: z.number(),
  choices: z.record(z.string(), z.unknown()).nullable().optional(),
})

const pooledSchema = scoresSchema

export const baselineSchema = summarySchema.extend({
  unaligned: summarySchema.nullable(),
  zeroShot: summarySchema.nullable(),
  folds: z.array(
    z.strictObject({ subject: z.string(), accuracy: z.number(), balancedAccuracy: z.number() }),
  ),
})

/** Scores by the amount of calibration, from little to all there is. `minutes` is the mean over subjects. */
export const learningCurveSchema = z.strictObject({
  unit: z.enum(['minutes', 'runs']),
  points: z.array(
    z.strictObject({
      amount: z.number(),
      minutes: z.number(),
      accuracy: statisticSchema,
      balancedAccuracy: statisticSchema,
    }),
  ),
})

/** The whole pipeline repeated with permuted labels; a score is the mean over subjects of the balanced accuracy. */
export const permutationSchema = z.strictObject({
  /** Permutations that were counted: those of which every fold is there. */
  n: z.int(),
  models: z.record(
    z.string(),
    z.strictObject({
      observed: z.number(),
      nullMean: z.number(),
      p: z.number(),
      /** Against the best of all models in each permutation. */
      pFamilywise: z.number(),
      /** The scores with permuted labels. */
      null: z.array(z.number()),
    }),
  ),
})

/**
 * Balanced accuracy of model `a` less that of model `b`, subject by subject: mean, its Student t interval, the two-sided p of the paired
 * t test and of Wilcoxon's signed-rank test, and the former corrected by Benjamini and Hochberg over all pairs.
 */
export const comparisonSchema = z.strictObject({
  a: z.string(),
  b: z.string(),
  meanDifference: z.number(),
  ci95: interval,
  p: z.number(),
  pWilcoxon: z.number(),
  pFdr: z.number(),
})

export const reportSchema = z.strictObject({
  format: z.literal('limbic-report-1'),
  name: z.string(),
  protocol: z.enum(['strict', 'paper']),
  /** The protocol in words, one paragraph each. */
  protocolText: z.array(z.string()),
  /** The methods section, one paragraph each, to be pasted. */
  methodsText: z.array(z.string()),
  model: z.string(),
  classes: z.array(z.string()),
  /** The class of volumes without a condition, if there is one. */
  rest: z.string().nullable(),
  /** Scored volumes (or blocks) per class, over all subjects. */
  classCounts: z.array(z.int()),
  unit: z.enum(['volume', 'block']),
  folds: z.array(reportFoldSchema),
  failedFolds: z.array(
    z.strictObject({ subject: z.string(), code: z.string(), message: z.string() }),
  ),
  summary: summarySchema.nullable(),
  pooled: pooledSchema.nullable(),
  chance: z.strictObject({ uniform: z.number(), majority: z.number() }),
  baselines: z.record(z.string(), baselineSchema),
  unaligned: summarySchema.nullable(),
  zeroShot: summarySchema.nullable(),
  /** Leave-one-run-out within each subject, with the same model: what other subjects could at best make up for. */
  withinSubject: summarySchema.nullable(),
  learningCurve: learningCurveSchema.nullable(),
  /** Null when no permutation was asked for. */
  permutation: permutationSchema.nullable(),
  /** Every pair of models over the same subjects. */
  comparisons: z.array(comparisonSchema),
  /** Accuracy of the true-parameter classifier; only simulated data have one. */
  oracle: z.strictObject({ accuracy: z.number(), source: z.string() }).nullable(),
  trainingCurves: z.array(z.strictObject({ subject: z.string(), epochs: z.array(epochSchema) })),
  leaks: z.array(z.string()),
  warnings: z.array(z.string()),
  data: z.strictObject({
    dataset: z.string(),
    subjects: z.array(z.string()),
    nRuns: z.int(),
    nVolumes: z.int(),
    nLabelledVolumes: z.int(),
    nDroppedVolumes: z.int(),
    trSeconds: z.number(),
  }),
  provenance: z.strictObject({
    version: z.string(),
    seed: z.int(),
    engine: z.string(),
    configSha256: z.string(),
    datasetSha256: z.string(),
    /** Version of Node.js. */
    node: z.string().optional(),
  }),
  /** Subjects that the pipeline leaves out. */
  excludedSubjects: z.array(z.string()),
})

export type Statistic = z.infer<typeof statisticSchema>
export type Summary = z.infer<typeof summarySchema>
export type Curves = z.infer<typeof curvesSchema>
export type LearningCurve = z.infer<typeof learningCurveSchema>
export type Permutation = z.infer<typeof permutationSchema>
export type Comparison = z.infer<typeof comparisonSchema>
export type Scores = z.infer<typeof scoresSchema>
export type ModelFold = z.infer<typeof modelFoldSchema>
export type Fold = z.infer<typeof foldSchema>
export type Report = z.infer<typeof reportSchema>
export type ReportFold = z.infer<typeof reportFoldSchema>
export type Baseline = z.infer<typeof baselineSchema>
