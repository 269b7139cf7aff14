/** What is watched, how volumes are told from other files, and how long is waited; every default is written here. */
import { namePattern } from '../volume-number.ts'

export type WatchFormat = 'nifti' | 'dicom' | 'par-rec'

export interface WatchFolderOptions {
  /** The folder itself; folders in it are not looked into. It may appear later. */
  readonly dir: string
  /** Which files are volumes; by default all that their names allow. */
  readonly format?: WatchFormat | 'auto'
  /** Regular expression for whole names of files; its group `volume`, if it has one, holds the number of the volume. */
  readonly pattern?: string
  /** Number of the first volume; by default 0 in names and 1 in DICOM headers. */
  readonly firstIndex?: number
  /** DICOM: slices of a volume, where headers do not say. */
  readonly slices?: number
  /** DICOM: number of the series that is decoded; the first one that comes by default. */
  readonly series?: number
  /** How long a file that did not come by rename must be left alone before it counts as complete. */
  readonly quietMs?: number
  /** The same for a file that ends in zeros, which may be reserved and not written yet. */
  readonly zerosQuietMs?: number
  /** Longest time between two looks at the folder. */
  readonly pollMs?: number
  /** Whether to let the system tell of changes too; it cannot on network drives, where looking is all there is. */
  readonly notify?: boolean
  /** How long a file may be incomplete before that is reported. */
  readonly patienceMs?: number
  /** What becomes of files that are there at the start. */
  readonly existing?: 'use' | 'ignore'
}

export interface WatchRule {
  readonly dir: string
  readonly format: WatchFormat | 'auto'
  readonly pattern: RegExp | null
  readonly firstIndex: number | null
  readonly slices: number | null
  readonly series: number | null
  readonly quietMs: number
  readonly zerosQuietMs: number
  readonly pollMs: number
  readonly notify: boolean
  readonly patienceMs: number
  readonly existing: 'use' | 'ignore'
}

/** The last number of a name, as `12` in `run2_vol_0012.nii.gz`. */
const lastNumber = /(?<volume>\d+)\D*?\.nii(?:\.gz)?$/i
const withoutNumber = /(?:)/

/**
 * Fills in the defaults.
 *
 * @param options - What the user says.
 * @returns All of it.
 * @throws {LimbicError} `OPTION_INVALID` for a pattern that is no regular expression.
 */
export function watchRule(options: WatchFolderOptions): WatchRule {
  const quietMs = options.quietMs ?? 200
  return {
    dir: options.dir,
    format: options.format ?? 'auto',
    pattern: options.pattern === undefined ? null : namePattern(options.pattern),
    firstIndex: options.firstIndex ?? null,
    slices: options.slices ?? null,
    series: options.series ?? null,
    quietMs,
    zerosQuietMs: options.zerosQuietMs ?? 10 * quietMs,
    pollMs: options.pollMs ?? 100,
    notify: options.notify ?? true,
    patienceMs: options.patienceMs ?? 2000,
    existing: options.existing ?? 'use',
  }
}

/**
 * What a file of the folder is by its name.
 *
 * @param name - The name without folders.
 * @param rule - Format and pattern.
 * @returns Its format; null for files that are not looked at: hidden and partial ones, other formats, names that do not match.
 * @throws Never.
 */
export function formatOfName(name: string, { format, pattern }: WatchRule): WatchFormat | null {
  if (name.startsWith('.') || unfinished.test(name)) return null
  if (pattern?.test(name) === false) return null
  const found = formatOfEnding(name)
  return format === 'auto' || format === found ? found : null
}

/** Endings under which programs write before they rename. */
const unfinished = /(\.(part|tmp|temp|partial|filepart|crdownload)|~)$/i
const otherFiles =
  /\.(json|txt|md|tsv|csv|log|png|jpe?g|pdf|ya?ml|xml|html|zip|tar(\.[gx]z)?|tgz|gz|xz|hdr|img|head|brik)$/i

function formatOfEnding(name: string): WatchFormat | null {
  if (/\.nii(\.gz)?$/i.test(name)) return 'nifti'
  if (/\.(par|rec)$/i.test(name)) return 'par-rec'
  return otherFiles.test(name) ? null : 'dicom'
}

/**
 * Where the number of a volume stands in names.
 *
 * @param format - NIfTI files have it nowhere else, so that their last number is taken if nothing is said.
 * @param rule - The pattern.
 * @returns A pattern with a group `volume`, or one without that finds no number.
 * @throws Never.
 */
export function numberPattern(format: WatchFormat, { pattern }: WatchRule): RegExp {
  if (pattern?.source.includes('(?<volume>') === true) return pattern
  return format === 'nifti' ? lastNumber : withoutNumber
}
