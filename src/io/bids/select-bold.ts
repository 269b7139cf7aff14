/** The files of a dataset and what was asked for -> one BOLD file per run; several for one run are a finding, never a silent choice. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { formatRunKey, type RunId } from '../../core/types.ts'
import type { BidsFile, DatasetFiles } from './dataset-files.ts'
import { runIdOf } from './entities.ts'
import { groupBy } from './group-by.ts'
import type { BidsOptions } from './types.ts'

/** A BOLD file and its run. */
export interface BoldFile {
  readonly id: RunId
  readonly file: BidsFile
}

/**
 * Selects the BOLD files to use.
 *
 * @param dataset - Where they lie: the raw dataset, or the derivatives when `options.derivatives` is set.
 * @param options - Tasks, space and entities that they must have.
 * @param findings - Gets `RUN_AMBIGUOUS`, `BIDS_NAME_INVALID`, `BIDS_NO_RUNS`.
 * @returns One file per run, sorted by run key.
 * @throws Never.
 */
export function selectBold(
  dataset: DatasetFiles,
  options: BidsOptions,
  findings: Finding[],
): readonly BoldFile[] {
  const all = [...dataset.ofSubject.values()].flat().filter(isBold)
  const wanted = all
    .filter((file) => isWanted(file, options))
    .flatMap((file) => {
      const id = runIdOf(file)
      if (id !== undefined) return [{ id, file }]
      findings.push(
        createFinding('warning', 'BIDS_NAME_INVALID', {
          file: file.path,
          expected: 'sub- and task- in the name of a BOLD file',
        }),
      )
      return []
    })
  if (wanted.length === 0 && dataset.subjects.length > 0)
    findings.push(noRuns(dataset, all, options))
  return groupBy(wanted, ({ id }) => formatRunKey(id)).flatMap((variants) => {
    if (variants.length === 1) return variants
    const files = variants.map(({ file }) => file.path)
    const run = formatRunKey(variants[0]!.id)
    findings.push(createFinding('error', 'RUN_AMBIGUOUS', { run, files }))
    return []
  })
}

function isBold({ suffix, extension, folders }: BidsFile): boolean {
  return suffix === 'bold' && /^\.nii(\.gz)?$/.test(extension) && folders.at(-1) === 'func'
}

function isWanted({ entities }: BidsFile, options: BidsOptions): boolean {
  const { task, space, derivatives } = options
  const tasks = task === undefined ? undefined : [task].flat()
  if (tasks !== undefined && entities.task !== undefined && !tasks.includes(entities.task))
    return false
  if (derivatives !== undefined && entities.desc !== 'preproc') return false
  if (space !== undefined && derivatives !== undefined && entities.space !== space) return false
  return Object.entries(options.entities ?? {}).every(([key, label]) => entities[key] === label)
}

function noRuns(dataset: DatasetFiles, all: readonly BidsFile[], options: BidsOptions): Finding {
  const { task, space, derivatives, entities } = options
  const labels = (key: string): string => {
    const found = new Set(all.map((file) => file.entities[key]).filter((label) => label != null))
    return [...found].join(', ') || 'none'
  }
  const asked = {
    ...(task === undefined ? {} : { task: [task].flat().join(' or ') }),
    space,
    ...entities,
  }
  const conditions = Object.entries(asked)
    .filter(([, label]) => label !== undefined)
    .map(([key, label]) => ` with ${key}-${label}`)
  return createFinding('error', 'BIDS_NO_RUNS', {
    root: dataset.root,
    expected: `${derivatives === undefined ? '' : 'desc-preproc '}BOLD files in func folders${conditions.join('')}`,
    found: `${all.length} BOLD files (tasks: ${labels('task')}; spaces: ${labels('space')})`,
  })
}
