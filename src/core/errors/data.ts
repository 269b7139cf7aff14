/** Error catalogue, data: selection, alignment, training and evaluation. */
import type { ErrorText } from './error-text.ts'

export const dataErrors = {
  VOLUME_NOT_FINITE: (d: {
    where: string
    volume?: number | undefined
    nNotFinite: number
    nVoxels: number
  }): ErrorText => ({
    where: d.volume === undefined ? d.where : `${d.where}, volume ${d.volume}`,
    problem: 'The volume holds voxels that are no numbers, so nothing can be told from it.',
    expected: 'finite values in every voxel of the mask',
    found: `${d.nNotFinite} of ${d.nVoxels} voxels are NaN or infinite`,
    remedy:
      'Look at the image in a viewer; leave the run out with data.exclude, or let `limbic preprocess` mend single volumes.',
  }),
  LEAK_DETECTED: (d: { state: string; run: string; subject: string }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: `The ${d.state} must not score this subject: it was fitted on ${d.run}.`,
    expected:
      'states fitted on other subjects, or on calibration runs of this one, that name every run they have seen',
    found: `a ${d.state} fitted on ${d.run}`,
    remedy: 'Fit on the training subjects and on calibration runs only, never on evaluation runs.',
  }),
  STRICT_NEEDS_TWO_RUNS: (d: { subject: string; found: readonly string[] }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem:
      'The strict protocol needs at least two runs of every subject: one to calibrate on and another to score.',
    expected: 'two runs or more',
    found: d.found.length === 0 ? 'none' : d.found.join(', '),
    remedy:
      'Add a calibration run, leave the subject out with `--set data.exclude=[...]`, or use an alignment-free pipeline.',
  }),
  CALIBRATION_RUNS_MISSING: (d: {
    subject: string
    rule: string
    nCalibration: number
    nEvaluation: number
    found: readonly string[]
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: 'The runs of this subject do not split into calibration and evaluation.',
    expected: `at least one run on each side (${d.rule})`,
    found: `${d.nCalibration} to calibrate on and ${d.nEvaluation} to score, out of ${d.found.join(', ')}`,
    remedy:
      'Set data.calibration in the pipeline to the task, the number of first runs, or `{ kind: rotate }`.',
  }),
  TOO_FEW_SUBJECTS: (d: { found: readonly string[]; needed: number; why: string }): ErrorText => ({
    problem: `There are too few subjects to ${d.why}.`,
    expected: `at least ${d.needed}`,
    found: d.found.length === 0 ? 'none' : d.found.join(', '),
    remedy: 'Add subjects, lower classify.innerSubjects, or use a within-subject pipeline.',
  }),
  ONE_CLASS_ONLY: (d: {
    subject: string
    classes: readonly string[]
    counts: readonly number[]
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: 'The labelled volumes of this subject hold one class only, so nothing can be decoded.',
    expected: `volumes of at least two of the classes ${d.classes.join(', ')}`,
    found: d.classes.map((name, i) => `${name} ${d.counts[i]}`).join(', '),
    remedy: 'Check trial_type in the events files and the classes of the label step.',
  }),
  GRIDS_DIFFER: (d: {
    subject: string
    reference: string
    expected: string
    found: string
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: `The voxel grid or mask of this subject differs from that of sub-${d.reference}, so shared voxels do not correspond.`,
    expected: d.expected,
    found: d.found,
    remedy:
      'Resample the subjects to one space, or choose voxels per subject (`select.mode=per-subject`).',
  }),
  CALIBRATION_LABELS_MISSING: (d: { subject: string; runs: readonly string[] }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem:
      'Voxels are to be chosen per subject, but the calibration runs of this subject carry no labels to choose by.',
    expected: 'labelled volumes of at least two classes in the calibration runs',
    found: `none in ${d.runs.join(', ')}`,
    remedy: 'Choose shared voxels (`select.mode=shared`), or calibrate on labelled runs.',
  }),
  OWN_RUNS_UNLABELLED: (d: { subject: string; runs: readonly string[] }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem:
      'Within a subject, scored runs are decoded by what its calibration runs taught, and these carry no labels.',
    expected: 'labelled volumes in the calibration runs',
    found: `none in ${d.runs.join(', ')}`,
    remedy:
      'Let every run be scored in turn (`data.calibration={ kind: rotate }`), or decode across subjects (`evaluate.split=leave-one-subject-out`).',
  }),
  CALIBRATION_RUNS_DIFFER: (d: {
    subject: string
    reference: string
    expected: string
    found: string
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: `The calibration runs do not match those of sub-${d.reference} volume by volume.`,
    expected: d.expected,
    found: d.found,
    remedy:
      'Use time-locked runs of equal length, or match by condition (`align.match=condition`).',
  }),
  SELECTION_EMPTY: (d: { subjects: readonly string[] }): ErrorText => ({
    problem: 'No voxel lies inside the masks of all training subjects.',
    expected: 'overlapping masks on one grid',
    found: `an empty intersection over ${d.subjects.map((s) => `sub-${s}`).join(', ')}`,
    remedy: 'Check the masks and the registration, or choose voxels per subject.',
  }),
  TRAIN_TOO_FEW_CLASSES: (d: { nPresent: number; nClasses: number }): ErrorText => ({
    problem: 'A classifier cannot be fitted: too few classes have training samples.',
    expected: `samples of at least 2 of the ${d.nClasses} classes`,
    found: `samples of ${d.nPresent}`,
    remedy:
      'Check the events of the training subjects, and that the classes of the label step name their trial types.',
  }),
  TRAIN_SINGULAR: (d: { order: number; ridge: number }): ErrorText => ({
    problem: 'A linear classifier cannot be fitted: its matrix cannot be factored.',
    expected: 'finite features and enough regularisation for a positive definite matrix',
    found: `a singular matrix of order ${d.order} with regularisation ${d.ridge}`,
    remedy:
      'Check the features for values that are not finite, or raise the regularisation (alpha or shrinkage).',
  }),
  TRAIN_NOT_CONVERGED: (d: {
    classifier: string
    iterations: number
    gradient: number
    tolerance: number
  }): ErrorText => ({
    problem: `The ${d.classifier} classifier did not converge.`,
    expected: `a gradient of at most ${d.tolerance} after ${d.iterations} iterations`,
    found: String(d.gradient),
    remedy: 'Scale the features (z-score), lower C, or raise maxIterations.',
  }),
  SIMULATE_OPTION_INVALID: (d: {
    option: string
    expected: string
    found: string
    remedy: string
  }): ErrorText => ({
    problem: `The option "${d.option}" of the simulation cannot give a usable dataset.`,
    expected: d.expected,
    found: d.found,
    remedy: d.remedy,
  }),
  SIMULATE_OUTPUT_TAKEN: (d: { out: string; found: readonly string[] }): ErrorText => ({
    where: d.out,
    problem: 'A simulated dataset needs a folder of its own, but something is there already.',
    expected: 'an empty folder, or a name that is not taken',
    found: d.found.join(', '),
    remedy: 'Name another folder, or delete this one if it is an earlier simulation.',
  }),
  SELECT_TOO_FEW_CLASSES: (d: { nPresent: number; counts: readonly number[] }): ErrorText => ({
    problem: 'Voxels are chosen by how well they separate classes, which takes at least two.',
    expected: 'samples of two classes or more',
    found:
      d.nPresent === 0
        ? 'no labelled sample'
        : `${d.nPresent} class (samples per class: ${d.counts.join(', ')})`,
    remedy:
      'Check trial_type in the events files and the classes of the label step, or add runs with the other classes.',
  }),
  SELECT_K_TOO_LARGE: (d: { k: number; nVoxels: number }): ErrorText => ({
    problem: 'More voxels are to be selected than there are.',
    expected: `k between 1 and ${d.nVoxels}, the number of voxels in the mask`,
    found: `k = ${d.k}`,
    remedy: `Lower select.k to ${d.nVoxels} or less, or check the mask.`,
  }),
  ALIGN_ROWS_MISMATCH: (d: {
    subject: string
    reference: string
    expected: number
    found: number
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: `The calibration of this subject does not match ${d.reference} row by row, so responses cannot be paired.`,
    expected: `${d.expected} rows`,
    found: `${d.found}`,
    remedy:
      'Use the same calibration runs, cut to the same length, for every subject, or leave the subject out with `--set data.exclude=[...]`.',
  }),
  ALIGN_RANK_DEFICIENT: (d: {
    subject: string
    nRows: number
    nVoxels: number
    rank: number
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: 'The calibration of this subject does not determine any alignment.',
    expected: 'at least two calibration rows that differ, in voxels that vary',
    found: `${d.nRows} rows of ${d.nVoxels} voxels with ${d.rank} dimensions in common with the template`,
    remedy:
      'Calibrate on more or longer runs, or check that the calibration volumes are not blank.',
  }),
  BLOCK_ORDER_SHARED: (d: { share: number }): ErrorText => ({
    problem: `The conditions come in the same order in all subjects: the volume number alone would name the condition of ${Math.round(100 * d.share)} % of the volumes.`,
    expected: 'an order of blocks that differs between subjects',
    found: 'the same order',
    remedy:
      'Compare with the baseline time-index, and randomise the order per subject in the next study; here a decoder may live on whatever changes over a run.',
  }),
  ALIGN_RANK_REDUCED: (d: {
    subject: string
    nRows: number
    rank: number
    nDimensions: number
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem: `The calibration determines ${d.rank} of the ${d.nDimensions} dimensions of the common space; the others are left at the template's mean.`,
    expected: `more than ${d.nDimensions} calibration rows that differ`,
    found: `${d.nRows} rows, ${d.rank} dimensions in common with the template`,
    remedy: `Set align.components to ${d.rank} or fewer, calibrate on more runs, or select fewer voxels.`,
  }),
} as const
