/** A BIDS folder -> everything that is wrong with it, the contents of its tables and, if asked for, of its images included. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { verifyNifti } from '../nifti/index.ts'
import { readTsv } from '../tsv.ts'
import { collect } from './build-run.ts'
import { readEvents } from './events.ts'
import { indexBids } from './index-bids.ts'
import type { BidsDataset, BidsOptions, BidsRun } from './types.ts'

export interface ValidateOptions extends BidsOptions {
  /** Read every image to its end, so that damage inside a compressed file is found too; takes as long as reading the dataset. */
  readonly full?: boolean
}

/**
 * Checks a BIDS dataset before anything is computed from it.
 *
 * @param root - The folder with dataset_description.json.
 * @param options - As for `indexBids`; `full` also reads every image to its end.
 * @returns The dataset, and its findings with those about events (not a table, past the end of the run), confounds (rows that are
 *   not volumes) and, with `full`, images that break off.
 * @throws {LimbicError} `FILE_NOT_FOUND` when `root` or the derivatives are not there.
 */
export async function validateBids(
  root: string,
  options: ValidateOptions = {},
): Promise<{ dataset: BidsDataset; findings: readonly Finding[] }> {
  const dataset = await indexBids(root, options)
  const findings = [...dataset.findings]
  const checked = new Set<string>()
  for (const run of dataset.runs) {
    await checkEvents(run, checked, findings)
    await checkConfounds(run, findings)
    if (options.full === true) await collect('error', findings, () => verifyNifti(run.header))
  }
  return { dataset, findings }
}

async function checkEvents(
  { events: file, nVolumes, trSeconds }: BidsRun,
  checked: Set<string>,
  findings: Finding[],
): Promise<void> {
  // One table at the root may serve many runs; what is wrong with it is said once per length of run.
  const id = `${file} ${nVolumes * trSeconds}`
  if (file === undefined || checked.has(id)) return
  checked.add(id)
  const events = await collect('error', findings, () => readEvents(file))
  const runSeconds = Number((nVolumes * trSeconds).toFixed(3))
  const late = (events ?? []).filter(({ onset }) => onset >= runSeconds)
  if (late.length > 0)
    findings.push(
      createFinding('warning', 'EVENTS_PAST_END', {
        file,
        runSeconds,
        onsetSeconds: late[0]!.onset,
        count: late.length,
      }),
    )
}

async function checkConfounds(
  { confounds: file, nVolumes }: BidsRun,
  findings: Finding[],
): Promise<void> {
  if (file === undefined) return
  const table = await collect('error', findings, () => readTsv(file))
  if (table !== undefined && table.rows.length !== nVolumes)
    findings.push(
      createFinding('error', 'CONFOUNDS_LENGTH', {
        file,
        expected: nVolumes,
        found: table.rows.length,
      }),
    )
}
