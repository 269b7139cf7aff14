/** Labelled volumes, or whole runs or subjects -> one single split into training, validation and test. */
import type { EvaluateStep } from '../../../core/schemas/pipeline.ts'
import type { Rng } from '../../../core/rng.ts'
import type { RunData, SubjectData } from '../subject-data.ts'

/** The parts of a single split. */
export const parts = ['training', 'validation', 'test'] as const
export type Part = (typeof parts)[number]

/**
 * Deals the labelled volumes of all subjects to training, validation and test.
 *
 * @param subjects - All subjects.
 * @param evaluate - `volumes`: single volumes, each class by the same shares. `grouped`: whole runs or subjects, whatever their classes.
 * @param rng - Deals.
 * @returns Per part the subjects with the runs that have volumes in it; the labels of all other volumes read -1.
 * @throws Never.
 * @remarks The test gets its share of all volumes, rounded up, then validation its own: 3048 volumes at .2 and .16 give 610, 488 and 1950,
 *   as published. Groups are rounded to the nearest number, at least one each, unless validation has no share.
 */
export function deal(
  subjects: readonly SubjectData[],
  evaluate: Pick<EvaluateStep, 'split' | 'groupBy' | 'shares'>,
  rng: Rng,
): Readonly<Record<Part, readonly SubjectData[]>> {
  const dealt =
    evaluate.split === 'volumes'
      ? dealVolumes(subjects, evaluate.shares, rng)
      : dealGroups(subjects, evaluate, rng)
  const restricted = (part: Part): SubjectData[] =>
    subjects
      .map((subject) => restrict(subject, (run, t) => dealt(run, t) === part))
      .filter(({ runs }) => runs.length > 0)
  return {
    training: restricted('training'),
    validation: restricted('validation'),
    test: restricted('test'),
  }
}

type Dealt = (run: RunData, volume: number) => Part

function dealVolumes(
  subjects: readonly SubjectData[],
  shares: EvaluateStep['shares'],
  rng: Rng,
): Dealt {
  const volumes = subjects.flatMap(({ runs }) =>
    runs.flatMap((run) =>
      [...run.labels].flatMap((label, t) => (label < 0 ? [] : [{ run, t, label }])),
    ),
  )
  const dealt = new Map<RunData, Map<number, Part>>()
  const classes = [...new Set(volumes.map(({ label }) => label))].sort((a, b) => a - b)
  const members = classes.map((c) => rng.shuffle(volumes.filter(({ label }) => label === c)))
  const sizes = members.map(({ length }) => length)
  const nTest = apportion(Math.ceil(shares.test * volumes.length - 1e-9), sizes)
  const nValidation = apportion(Math.ceil(shares.validation * volumes.length - 1e-9), sizes)
  members.forEach((own, c) => {
    own.forEach(({ run, t }, i) => {
      const part =
        i < nTest[c]! ? 'test' : i < nTest[c]! + nValidation[c]! ? 'validation' : 'training'
      const ofRun = dealt.get(run) ?? new Map<number, Part>()
      dealt.set(run, ofRun.set(t, part))
    })
  })
  return (run, t) => dealt.get(run)?.get(t) ?? 'training'
}

/** Shares a total out in proportion to sizes, the largest remainders rounded up. */
function apportion(total: number, sizes: readonly number[]): readonly number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  const exact = sizes.map((size) => (total * size) / all)
  const floors = exact.map(Math.floor)
  const left = total - floors.reduce((sum, n) => sum + n, 0)
  const order = [...exact.keys()].sort(
    (a, b) => exact[b]! - floors[b]! - (exact[a]! - floors[a]!) || a - b,
  )
  for (const c of order.slice(0, left)) floors[c]! += 1
  return floors
}

function dealGroups(
  subjects: readonly SubjectData[],
  { groupBy, shares }: Pick<EvaluateStep, 'groupBy' | 'shares'>,
  rng: Rng,
): Dealt {
  const groupOf = (run: RunData): string => (groupBy === 'run' ? run.key : run.id.subject)
  const groups = [...new Set(subjects.flatMap(({ runs }) => runs.map(groupOf)))]
  const nOf = (share: number): number =>
    share === 0 ? 0 : Math.max(1, Math.round(share * groups.length))
  const shuffled = rng.shuffle([...groups])
  const test = new Set(shuffled.slice(0, nOf(shares.test)))
  const validation = new Set(shuffled.slice(test.size, test.size + nOf(shares.validation)))
  return (run) =>
    test.has(groupOf(run)) ? 'test' : validation.has(groupOf(run)) ? 'validation' : 'training'
}

function restrict(
  subject: SubjectData,
  belongs: (run: RunData, volume: number) => boolean,
): SubjectData {
  const runs = subject.runs
    .map((run) => {
      const labels = run.labels.map((label, t) => (label >= 0 && belongs(run, t) ? label : -1))
      return { ...run, labels, sha256: `${run.sha256}/${labels.join(',')}` }
    })
    .filter(({ labels }) => labels.some((label) => label >= 0))
  return { ...subject, runs, rotations: [], training: { calibration: runs, labelled: runs } }
}
