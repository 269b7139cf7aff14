/** A run and an output folder -> the names of its derivatives, as fMRIPrep gives them. */
import { basename, join } from 'node:path'
import type { BidsRun } from '../../io/bids/index.ts'

/** Paths of everything that is written for one run. */
export interface DerivativeFiles {
  /** What all names begin with: `sub-01_task-emotion_run-1`. */
  readonly stem: string
  readonly bold: string
  readonly boldSidecar: string
  readonly reference: string
  readonly mask: string
  readonly maskSidecar: string
  readonly confounds: string
  readonly confoundsSidecar: string
  /** Temporal signal-to-noise ratio per voxel; 0 outside the mask. */
  readonly tsnr: string
  /** The image without motion and drift, its brain voxels only, if asked for. */
  readonly clean: string
  readonly cleanSidecar: string
  /** Class of every volume, if there are events. */
  readonly labels: string
  readonly labelsSidecar: string
  /** The quality page. */
  readonly page: string
  /** What the others were made from; written last. */
  readonly record: string
}

/**
 * Names the derivatives of a run.
 *
 * @param out - The folder of derivatives.
 * @param run - The run.
 * @returns Paths below `out`.
 * @throws Never.
 */
export function derivativeFiles(out: string, { id, bold }: BidsRun): DerivativeFiles {
  const stem = basename(bold)
    .replace(/_bold\.nii(\.gz)?$/, '')
    .replace(/_desc-[^_]+/, '')
  const subject = join(out, `sub-${id.subject}`)
  const session = id.session === undefined ? subject : join(subject, `ses-${id.session}`)
  const func = (name: string): string => join(session, 'func', `${stem}_${name}`)
  return {
    stem,
    bold: func('desc-preproc_bold.nii.gz'),
    boldSidecar: func('desc-preproc_bold.json'),
    reference: func('boldref.nii.gz'),
    mask: func('desc-brain_mask.nii.gz'),
    maskSidecar: func('desc-brain_mask.json'),
    confounds: func('desc-confounds_timeseries.tsv'),
    confoundsSidecar: func('desc-confounds_timeseries.json'),
    tsnr: func('stat-tsnr_boldmap.nii.gz'),
    clean: func('desc-clean_bold.nii.gz'),
    cleanSidecar: func('desc-clean_bold.json'),
    labels: func('desc-labels_timeseries.tsv'),
    labelsSidecar: func('desc-labels_timeseries.json'),
    page: join(subject, 'figures', `${stem}_desc-quality_bold.html`),
    record: join(out, 'logs', `${stem}_desc-preproc_record.json`),
  }
}
