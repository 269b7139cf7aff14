/** Small simulated datasets, and a linear pipeline that decodes them in a second. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent, type Emit, type StageEvent } from '../../src/core/events.ts'
import type { Pipeline } from '../../src/core/schemas/pipeline.ts'
import { parsePipeline } from '../../src/pipeline/load.ts'
import { simulateDataset, type SimulateOptions } from '../../src/simulate/index.ts'

/** What a test writes goes here; `remove` it at the end. */
export function temporaryFolder(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'limbic-pipeline-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** A film run of 60 volumes and one emotion run of 81 per subject, on 10 x 10 x 8 voxels. */
export async function writeDataset(
  bids: string,
  options: Partial<SimulateOptions> = {},
): Promise<void> {
  await simulateDataset(
    bids,
    {
      subjects: 3,
      runs: 1,
      volumes: 81,
      calibrationVolumes: 60,
      shape: [10, 10, 8],
      regionRadiusVoxels: 1.5,
      ...options,
    },
    silent,
  )
}

/** Options of `writeDataset`: five subjects, in whose brains 130 of 520 voxels respond. */
export const respondingBrain: Partial<SimulateOptions> = {
  shape: [12, 12, 10],
  regionRadiusVoxels: 2,
  subjects: 5,
  runs: 2,
  volumes: 150,
  calibrationVolumes: 120,
  effect: 1.5,
}

const text = `
name: tiny
steps:
  - stage: data
  - stage: label
    classes: { negative: [negative], neutral: [neutral] }
    rest: rest
  - stage: select
    k: 40
  - stage: align
    method: hyperalignment
    components: 8
  - stage: classify
    model: lda
    innerSubjects: 0
  - stage: evaluate
    unaligned: false
    zeroShot: false
`

export function tinyPipeline(...settings: readonly string[]): Pipeline {
  return parsePipeline(text, 'tiny.yaml', settings)
}

export const emotionRun = (bids: string, subject: string, suffix: string): string =>
  join(bids, `sub-${subject}`, 'func', `sub-${subject}_task-emotion_run-1_${suffix}`)

export const filmRun = (bids: string, subject: string, suffix: string): string =>
  join(bids, `sub-${subject}`, 'func', `sub-${subject}_task-calibration_run-1_${suffix}`)

/** Keeps every event. */
export function createRecorder(): { readonly events: StageEvent[]; readonly emit: Emit } {
  const events: StageEvent[] = []
  return { events, emit: (event) => events.push(event) }
}

/** Hit or miss of every look-up of a stage, in order. */
export function hitsOf(events: readonly StageEvent[], stage: string): boolean[] {
  return events.flatMap((event) =>
    event.type === 'cache' && event.stage === stage ? [event.hit] : [],
  )
}

/** Names of files below a folder, with `/`, sorted. */
export function listFiles(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
