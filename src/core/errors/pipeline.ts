/** Error catalogue, pipelines, runs, bundles and the command line. */
import type { ErrorText } from './error-text.ts'

export const pipelineErrors = {
  PIPELINE_KEY_UNKNOWN: (d: {
    file: string
    key: string
    nearest?: string | undefined
    valid: readonly string[]
  }): ErrorText => ({
    where: d.file,
    problem: `The pipeline has a key that limbic does not know: "${d.key}".`,
    expected: d.nearest === undefined ? `one of ${d.valid.join(', ')}` : `"${d.nearest}"`,
    found: `"${d.key}"`,
    remedy:
      d.nearest === undefined
        ? 'Correct or remove the key; data-schemas/pipeline.schema.json lists what a pipeline may hold.'
        : `Write "${d.nearest}" instead, or remove the key.`,
  }),
  PIPELINE_VALUE_INVALID: (d: {
    file: string
    key: string
    expected: string
    found: string
  }): ErrorText => ({
    where: d.file,
    problem: `The value of "${d.key}" in the pipeline cannot be used.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Correct the value; data-schemas/pipeline.schema.json says what each key may hold.',
  }),
  PIPELINE_INVALID_YAML: (d: { file: string; line: number; reason: string }): ErrorText => ({
    where: `${d.file}, line ${d.line}`,
    problem: 'The pipeline is not valid YAML.',
    found: d.reason,
    remedy: 'Correct the line; indent with spaces, two per level.',
  }),
  PIPELINE_NOT_FOUND: (d: {
    name: string
    known: readonly string[]
    nearest?: string
  }): ErrorText => ({
    problem: `There is no pipeline called "${d.name}".`,
    expected: `a YAML file, or one of ${d.known.join(', ')}`,
    found: `neither a file nor a known name`,
    remedy:
      d.nearest === undefined
        ? 'Check the path, or use a name from the list.'
        : `Did you mean "${d.nearest}"?`,
  }),
  PIPELINE_STEP_ORDER: (d: {
    file: string
    found: readonly string[]
    order: readonly string[]
  }): ErrorText => ({
    where: d.file,
    problem: 'The steps of the pipeline are out of order, repeated or incomplete.',
    expected: `each stage at most once, in the order ${d.order.join(', ')}, with at least data and label`,
    found: d.found.join(', '),
    remedy: 'Reorder the steps; a stage that is left out runs with its defaults.',
  }),
  DATASET_UNUSABLE: (d: { dataset: string; findings: readonly string[] }): ErrorText => ({
    where: d.dataset,
    problem: `The dataset cannot be used as it is; ${d.findings.length} finding(s): ${d.findings.join(' | ')}`,
    remedy:
      'Mend the findings, or leave the subjects out with `--set data.exclude=[...]`; `limbic validate` shows them all.',
  }),
  RUN_DIRECTORY_TAKEN: (d: { dir: string; found: string; wanted: string }): ErrorText => ({
    where: d.dir,
    problem: 'The output folder holds the results of another pipeline, dataset or seed.',
    expected: `an empty folder, or one of run ${d.wanted}`,
    found: `run ${d.found}`,
    remedy:
      'Give another --out, or delete the folder. With --resume the stages that still fit are reused and the rest is replaced.',
  }),
  REPORT_NOT_FOUND: (d: { dir: string }): ErrorText => ({
    where: d.dir,
    problem: 'There is no report.json in this folder.',
    expected: 'a run directory written by `limbic run`',
    remedy:
      'Give the folder that was the --out of the run; a run that was killed writes its report when it is run again.',
  }),
  INTERPRET_UNSUPPORTED: (d: {
    where: string
    model: string
    known: readonly string[]
  }): ErrorText => ({
    where: d.where,
    problem: `There is no decoder "${d.model}" here that looks at voxels of a subject it was not fitted on.`,
    expected: `one of ${d.known.join(', ')} in a run of protocol strict that leaves subjects out, or a bundle whose subjects are in the dataset`,
    remedy:
      'Name another --model or --subjects; runs of protocol paper and of single subjects have no held-out decoder to look into.',
  }),
  RUN_NOT_FOUND: (d: { dir: string; file: string }): ErrorText => ({
    where: d.dir,
    problem: `There is no ${d.file} in this folder that this version of limbic can read.`,
    expected: 'a run directory, as `limbic run PIPELINE --out DIR` makes one',
    remedy: 'Give the folder that was the --out of the run, or start the run again.',
  }),
  SLURM_NOT_FOUND: (d: { command: string }): ErrorText => ({
    problem: `There is no command ${d.command} on this machine.`,
    expected: 'the commands of Slurm on the PATH, as on the login node of a cluster',
    remedy: 'Start the run on a login node, or leave out --executor slurm.',
  }),
  SLURM_COMMAND_FAILED: (d: { command: string; found: string }): ErrorText => ({
    where: d.command,
    problem: 'Slurm refused a command or did not answer.',
    found: d.found,
    remedy:
      'Mend --partition or --slurm-args if they are at fault, then start the run again with the same --out: results are kept.',
  }),
  SLURM_TASKS_LOST: (d: {
    run: string
    nMissing: number
    reason: string
    log: string
  }): ErrorText => ({
    where: d.run,
    problem: `Slurm jobs ended without leaving a result of ${d.nMissing} task(s): ${d.reason}.`,
    expected: 'a result or an error of every task',
    found: `at the end of the log: ${d.log}`,
    remedy:
      'Mend the cause, such as memory or time in --slurm-args, and start the run again with the same --out; `limbic collect` reports what is there.',
  }),
  TASK_MISSING: (d: { fold: string }): ErrorText => ({
    problem: `The fold of sub-${d.fold} has not been computed yet.`,
    remedy:
      'Wait until the run has ended, or start it again with the same --out: it computes what is missing.',
  }),
  PERMUTATIONS_INCOMPLETE: (d: {
    planned: number
    complete: number
    failure?: string
  }): ErrorText => ({
    problem: `Not all permutations are there: p-values rest on ${d.complete} of ${d.planned}.`,
    expected: 'a result of every fold of every permutation',
    found: d.failure === undefined ? 'folds that are not computed yet' : `a failure: ${d.failure}`,
    remedy: 'Start the run again with the same --out: it computes what is missing.',
  }),
  TRIAL_TYPES_UNLISTED: (d: {
    unlisted: readonly string[]
    classes: readonly string[]
  }): ErrorText => ({
    problem:
      'The events hold trial types that no class of the pipeline names; volumes under them are dropped.',
    expected: `trial types of the classes ${d.classes.join(', ')}`,
    found: d.unlisted.join(', '),
    remedy: 'Name them in label.classes, or leave them out on purpose.',
  }),
  BRAIN_MASK_MISSING: (d: { bold: string }): ErrorText => ({
    where: d.bold,
    problem: 'The pipeline asks for brain masks, but this run has none.',
    expected: 'a desc-brain mask beside the image, or in data.derivatives',
    found: 'none',
    remedy: 'Point data.derivatives at the fMRIPrep folder, or set clean.mask to epi.',
  }),
  MASK_SIZE_MISMATCH: (d: { mask: string; expected: string; found: string }): ErrorText => ({
    where: d.mask,
    problem: 'The brain mask has another size than the image it belongs to.',
    expected: d.expected,
    found: d.found,
    remedy: 'Resample the mask to the grid of the image, or set clean.mask to epi.',
  }),
  PARCELS_UNUSABLE: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The label image that subjects are to be aligned in cannot be used.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Give a label image on the grid of the BOLD images in align.parcels, resampled with nearest neighbours if need be.',
  }),
  CONFOUNDS_MISSING: (d: { bold: string; columns: readonly string[] }): ErrorText => ({
    where: d.bold,
    problem: 'The pipeline asks for confounds, but this run has no confounds file.',
    expected: `a confounds TSV with ${d.columns.join(', ')}`,
    found: 'none',
    remedy: 'Point data.derivatives at the fMRIPrep folder, or remove clean.confounds.',
  }),
  BUNDLE_INVALID: (d: { bundle: string; expected: string; found: string }): ErrorText => ({
    where: d.bundle,
    problem: 'This is not a decoder bundle that limbic can read.',
    expected: d.expected,
    found: d.found,
    remedy: 'Give the `bundle` folder that `limbic train` wrote, or train again with this version.',
  }),
  BUNDLE_WITHOUT_NETWORK: (d: {
    bundle: string
    model: string
    networks: readonly string[]
  }): ErrorText => ({
    where: d.bundle,
    problem: 'There is no network in this decoder that could be exported.',
    expected: `a decoder whose model is one of ${d.networks.join(', ')}`,
    found: d.model,
    remedy: `Train a decoder with \`--set classify.model=${d.networks[0]}\`; a linear one is used with \`limbic predict\`.`,
  }),
  BUNDLE_HASH_MISMATCH: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The bundle was changed after it was written, so its predictions cannot be trusted.',
    expected: `SHA-256 ${d.expected}`,
    found: d.found,
    remedy: 'Copy the bundle again from where it was trained, or train it again.',
  }),
  CALIBRATION_REFERENCE_MISSING: (d: { subject: string; image: string }): ErrorText => ({
    where: d.image,
    problem: `The decoder needs realigned volumes, and the calibration of sub-${d.subject} has no volume to realign to.`,
    expected: 'a calibration with the reference volume of its runs',
    found: 'none',
    remedy:
      'Train the bundle again, or calibrate from the BIDS dataset (`--calibration BIDS`), which brings the reference along.',
  }),
  BUNDLE_GRID_MISMATCH: (d: { image: string; expected: string; found: string }): ErrorText => ({
    where: d.image,
    problem: 'The image lies on another voxel grid than the one the decoder was trained on.',
    expected: d.expected,
    found: d.found,
    remedy: 'Acquire or resample the image on the grid of the training data.',
  }),
  BUNDLE_SUBJECT_UNKNOWN: (d: {
    subject: string
    known: readonly string[]
    bundle: string
  }): ErrorText => ({
    where: d.bundle,
    problem: `The bundle holds no alignment for subject "${d.subject}".`,
    expected: `one of ${d.known.join(', ')}`,
    found: d.subject,
    remedy:
      'Give calibration runs of the new subject with --calibration BIDS, or name a known subject with --subject.',
  }),
  OPTION_INVALID: (d: { option: string; expected: string; found: string }): ErrorText => ({
    problem: `The option ${d.option} cannot be used as given.`,
    expected: d.expected,
    found: d.found,
    remedy: 'See `limbic --help` and `limbic COMMAND --help`.',
  }),
} as const
