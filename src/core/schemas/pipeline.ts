/** zod source of a pipeline: a list of steps, each naming a registered stage, with every default written here. */
import { z } from 'zod'

/** Which runs are used, and which of a subject's runs calibrate (alignment, scaler) and which are scored. */
export const dataStepSchema = z.strictObject({
  stage: z.literal('data'),
  /** BIDS task labels to read; all tasks when absent. */
  tasks: z.array(z.string()).min(1).optional(),
  /** Subjects to use; all when absent. */
  subjects: z.array(z.string()).min(1).optional(),
  exclude: z.array(z.string()).default([]),
  /** Folder of fMRIPrep-style derivatives, absolute or relative to the dataset. */
  derivatives: z.string().optional(),
  space: z.string().optional(),
  /**
   * `none`: images are used as they are. `minimal`: slice timing and realignment into the cache of the run, each volume from earlier ones only.
   * `fmriprep`: images were preprocessed before, and `derivatives` says where.
   */
  preprocess: z.enum(['none', 'minimal', 'fmriprep']).default('none'),
  /**
   * `task`: runs of the named task calibrate, all others are scored. `first`: the first n runs calibrate.
   * `rotate`: every run is scored in turn, with all other runs of the subject as calibration. `minutes`: so much from the beginning calibrates,
   * and what follows in the same run is left out for `purgeSeconds`, until the response to what was seen before has faded.
   */
  calibration: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('task'), task: z.string() }),
      z.strictObject({ kind: z.literal('first'), runs: z.int().min(1) }),
      z.strictObject({ kind: z.literal('rotate') }),
      z.strictObject({
        kind: z.literal('minutes'),
        minutes: z.number().gt(0),
        purgeSeconds: z.number().min(0).default(20),
      }),
    ])
    .default({ kind: 'task', task: 'calibration' }),
})

/** Events to one class per volume. */
export const labelStepSchema = z.strictObject({
  stage: z.literal('label'),
  /** Class name -> the trial types that count as that class. */
  classes: z.record(z.string(), z.array(z.string()).min(1)),
  /** Name of the class of volumes in which no condition is active; no such class when absent. */
  rest: z.string().optional(),
  method: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('hrf'), threshold: z.number().gt(0).max(1).default(0.5) }),
      z.strictObject({
        kind: z.literal('shift'),
        lagSeconds: z.number().min(0).default(5),
        transitionSeconds: z.number().min(0).default(0),
      }),
    ])
    .default({ kind: 'hrf', threshold: 0.5 }),
})

/** Mask and temporal cleaning. Evaluation volumes are only ever scaled causally, by statistics of calibration runs. */
export const cleanStepSchema = z.strictObject({
  stage: z.literal('clean'),
  /** `epi`: computed from each run's mean volume; `brain`: the dataset's brain masks; `all`: every voxel. */
  mask: z.enum(['epi', 'brain', 'all']).default('epi'),
  /** Polynomial order of the drift removed from calibration runs; 0 removes each run's mean only, `none` leaves it in. */
  detrend: z.union([z.literal('none'), z.int().min(0).max(6)]).default(1),
  highPassHz: z.number().gt(0).optional(),
  /** Confound columns, `*` allowed, removed from calibration runs. */
  confounds: z.array(z.string()).default([]),
  /**
   * How single volumes of task runs are centred: on the calibration mean, on the mean of the run's volumes so far, or not at all.
   * The spread always comes from calibration runs (not with `none`).
   */
  baseline: z.enum(['calibration', 'running', 'none']).default('calibration'),
  /** `zscore`: each voxel of each run over the whole run, scored runs too. Later volumes take part, so only protocol `paper` allows it. */
  wholeRun: z.enum(['none', 'zscore']).default('none'),
})

export const selectStepSchema = z.strictObject({
  stage: z.literal('select'),
  /** `shared`: the same voxels in everybody, by mean F over training subjects; `per-subject`: each subject's own; `all`: no selection. */
  mode: z.enum(['shared', 'per-subject', 'all']).default('shared'),
  k: z.int().min(1).default(200),
})

/** Methods whose common space has as many dimensions as `components` says, and none without it. */
const sharedResponses: readonly string[] = ['srm', 'det-srm']

export const alignStepSchema = z
  .strictObject({
    stage: z.literal('align'),
    /** `srm`, `det-srm`: the probabilistic and the deterministic shared response model. */
    method: z.enum(['hyperalignment', 'srm', 'det-srm', 'none']).default('hyperalignment'),
    /**
     * What corresponds between subjects: volumes at the same `time` in the same run; the mean response to the same class (`condition`) in the same
     * run; or the n-th volume of each class (`class-order`), which takes labels of scored volumes and is for protocol `paper` alone.
     */
    match: z.enum(['time', 'condition', 'class-order']).default('time'),
    /** Principal components of the training template to keep, the whole common space when absent; features of a shared response, required there. */
    components: z.int().min(1).optional(),
    level2Iterations: z.int().min(0).default(1),
    /** Image of whole numbers on the subjects' grid, absolute or relative to the dataset: each label is aligned by itself. */
    parcels: z.string().optional(),
    /**
     * How a subject outside the training subjects is mapped into the common space: by a rotation, or by ridge regression with `lambda` as
     * penalty, in units of the mean squared length of a calibration row.
     */
    newSubject: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('procrustes') }),
        z.strictObject({ kind: z.literal('ridge'), lambda: z.number().gt(0).default(0.3) }),
      ])
      .default({ kind: 'procrustes' }),
  })
  .refine(
    ({ method, components }) => !sharedResponses.includes(method) || components !== undefined,
    { path: ['components'], error: 'a whole number with method srm or det-srm, such as 20' },
  )
  // The same condition in the words of JSON Schema, to which a refinement does not translate.
  .meta({
    if: { properties: { method: { enum: sharedResponses } }, required: ['method'] },
    then: { required: ['components'] },
  })

export const classifyStepSchema = z.strictObject({
  stage: z.literal('classify'),
  model: z.string().default('cnn1d'),
  /** Settings of the model; what is absent takes the model's own default. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Other models, fitted on the same samples and reported beside. */
  baselines: z.array(z.string()).default([]),
  /** Settings per baseline. */
  baselineOptions: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** Training subjects held out of an inner fit, on which temperature and stopping are decided; 0 leaves both out. */
  innerSubjects: z.int().min(0).default(2),
})

export const evaluateStepSchema = z.strictObject({
  stage: z.literal('evaluate'),
  /**
   * `leave-one-subject-out`; `k-fold`: groups of subjects in turn; `leave-one-run-out`: within each subject. With protocol `paper` also one
   * single split into training, validation and test, of `volumes` at random or of whole runs or subjects (`grouped`).
   */
  split: z
    .enum(['leave-one-subject-out', 'k-fold', 'leave-one-run-out', 'volumes', 'grouped'])
    .default('leave-one-subject-out'),
  /** Groups of subjects of `k-fold`. */
  folds: z.int().min(2).default(5),
  /** What a `grouped` split keeps together. */
  groupBy: z.enum(['run', 'subject']).default('subject'),
  /** Shares of all volumes (or groups) that a single split keeps for the test and for validation. */
  shares: z
    .strictObject({
      test: z.number().gt(0).lt(1).default(0.2),
      validation: z.number().min(0).lt(1).default(0.16),
    })
    .default({ test: 0.2, validation: 0.16 }),
  /** Repeats volumes of rarer classes at random until all are equally frequent, in training and in scored volumes; protocol `paper` only. */
  oversample: z.boolean().default(false),
  /** `volume`: single volumes, as they arrive; `block`: the mean over a run's consecutive volumes of one class. */
  unit: z.enum(['volume', 'block']).default('volume'),
  unaligned: z.boolean().default(true),
  zeroShot: z.boolean().default(true),
  /** Whether each subject is also decoded by its own runs alone, one left out after the other. */
  withinSubject: z.boolean().default(false),
  /** Lengths of calibration at which held-out subjects are scored too: minutes, or every number of whole `runs`. */
  learningCurve: z.union([z.literal('runs'), z.array(z.number().gt(0)).min(1)]).optional(),
  /** How often the whole pipeline is repeated with labels permuted within runs, to test the scores against chance. */
  permutations: z.int().min(0).default(0),
})

export const stepSchema = z.discriminatedUnion('stage', [
  dataStepSchema,
  labelStepSchema,
  cleanStepSchema,
  selectStepSchema,
  alignStepSchema,
  classifyStepSchema,
  evaluateStepSchema,
])

/** The stages a pipeline may name, in the order in which data flow through them. */
export const stageOrder = [
  'data',
  'label',
  'clean',
  'select',
  'align',
  'classify',
  'evaluate',
] as const

/**
 * What each fold decides by itself, by leaving out one training subject after the other: voxels, template and classifier are fitted without that
 * subject, which is then calibrated and scored as the held-out one will be.
 */
export const chooseSchema = z.strictObject({
  /**
   * Setting -> the values to choose from; all combinations are tried. A setting is `stage.key` of clean, select, align or label (its lag), or
   * `classify.options.key`; `align` alone takes several keys at once. `null` leaves an optional key out.
   */
  grid: z.record(z.string(), z.array(z.unknown()).min(1)),
  /** Training subjects that are left out in turn; all of them unless a number is given. */
  innerSubjects: z.union([z.literal('all'), z.int().min(1)]).default('all'),
  /** The score whose mean over these subjects decides; of equal ones the first combination wins. */
  by: z.enum(['accuracy', 'balancedAccuracy']).default('balancedAccuracy'),
})

export const pipelineSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  /** `strict`: nothing that is scored took part in fitting. `paper`: as published, leaks included; every leak is named in the report. */
  protocol: z.enum(['strict', 'paper']).default('strict'),
  seed: z.int().default(0),
  /** What networks run on; `auto` takes the fastest that works, see `limbic doctor`. */
  engine: z.enum(['auto', 'cpu', 'webgpu', 'tensorflow']).default('auto'),
  choose: chooseSchema.optional(),
  steps: z.array(stepSchema).min(1),
})

export type PipelineDocument = z.infer<typeof pipelineSchema>
export type DataStep = z.infer<typeof dataStepSchema>
export type LabelStep = z.infer<typeof labelStepSchema>
export type CleanStep = z.infer<typeof cleanStepSchema>
export type SelectStep = z.infer<typeof selectStepSchema>
export type AlignStep = z.infer<typeof alignStepSchema>
export type ClassifyStep = z.infer<typeof classifyStepSchema>
export type EvaluateStep = z.infer<typeof evaluateStepSchema>
export type ChooseSettings = z.infer<typeof chooseSchema>

/** A pipeline with every step present and every default filled in. */
export interface Pipeline {
  readonly name: string
  readonly description: string
  readonly protocol: 'strict' | 'paper'
  readonly seed: number
  readonly engine: 'auto' | 'cpu' | 'webgpu' | 'tensorflow'
  /** Present when folds choose settings by themselves. */
  readonly choose?: ChooseSettings
  readonly data: DataStep
  readonly label: LabelStep
  readonly clean: CleanStep
  readonly select: SelectStep
  readonly align: AlignStep
  readonly classify: ClassifyStep
  readonly evaluate: EvaluateStep
}
