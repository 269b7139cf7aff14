/** What the BIDS layer gives: a dataset, its runs, and what is wrong with it. */
import type { Finding } from '../../core/errors/index.ts'
import type { RunId, RunKey } from '../../core/types.ts'
import type { NiftiHeader } from '../nifti/index.ts'

/** Which runs to index, and where their BOLD files lie. */
export interface BidsOptions {
  /** Task label or labels; default all tasks. */
  readonly task?: string | readonly string[]
  /** Subject labels without `sub-`; default all. */
  readonly subjects?: readonly string[]
  /** fMRIPrep output: take desc-preproc BOLD, brain masks and confounds from there. Relative to the dataset, else to the current folder. */
  readonly derivatives?: string
  /** Label of the space, such as `MNI152NLin2009cAsym`. */
  readonly space?: string
  /** Labels that further entities of the BOLD file must have, such as `{ acq: 'multiband', echo: '1' }`. */
  readonly entities?: Readonly<Record<string, string>>
}

export interface BidsDataset {
  readonly root: string
  /** `Name` of dataset_description.json, else the name of the folder. */
  readonly name: string
  /** Labels, sorted; those asked for that have a folder. */
  readonly subjects: readonly string[]
  /** The runs that can be read, sorted by key. */
  readonly runs: readonly BidsRun[]
  /** Rows of participants.tsv; empty when there is none. */
  readonly participants: readonly Readonly<Record<string, string>>[]
  /** Everything found wrong, of all subjects. */
  readonly findings: readonly Finding[]
}

export interface BidsRun {
  readonly id: RunId
  readonly key: RunKey
  /** Path of the BOLD image. */
  readonly bold: string
  /** Paths of the files that go with it. */
  readonly events?: string
  readonly confounds?: string
  readonly mask?: string
  /** JSON metadata, inheritance applied. */
  readonly sidecar: Readonly<Record<string, unknown>>
  /** RepetitionTime of the sidecar, else that of the header. */
  readonly trSeconds: number
  readonly header: NiftiHeader
  readonly nVolumes: number
}
