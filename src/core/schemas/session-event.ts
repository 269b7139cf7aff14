/** zod source of one line of `session.ndjson`, which is also what a running session tells its listeners. */
import { z } from 'zod'
import { gateSchema } from './bundle.ts'
import { feedbackSchema } from './feedback.ts'
import { sessionPolicySchema } from './session.ts'

/** Milliseconds of the session's clock, 0 at its start, never going back. */
const at = z.number()
/** 0-based index of a volume in its run. */
const volume = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const origin = z.string()

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), at, ...shape })

/** The first line of a session: all that is needed to compute its feedback again. */
export const sessionStartedSchema = event('session.started', {
  format: z.literal('limbic-session-1'),
  session: z.string(),
  /** Wall time at `at` 0, ISO 8601. The only one: everything else is on the session's clock. */
  startedAt: z.string(),
  version: z.string(),
  source: z.string(),
  bundle: z.strictObject({
    dir: z.string(),
    name: z.string(),
    model: z.string(),
    classes: z.array(z.string()),
    /** SHA-256 of `manifest.json`, which holds the hashes of all other files. */
    manifestSha256: sha256,
  }),
  /** How the subject reaches the decoder; a copy lies in the session folder as `calibration.state`. */
  calibration: z.strictObject({ subject: z.string(), sha256, gate: gateSchema.nullable() }),
  /** What decodes volumes: engine and backend, since another may differ in the last bits. */
  engine: z.string(),
  policy: sessionPolicySchema,
})

const sessionResumedSchema = event('session.resumed', {
  /** Wall time at `at`, ISO 8601. */
  resumedAt: z.string(),
  source: z.string(),
  /** The next volume that is expected. */
  volume,
  /** Volumes of the session folder that restored the statistics. */
  nRestored: z.int(),
})

const arrived = { volume, sha256, origin, acquiredAt: z.string().nullable() }

const volumeSchemas = [
  /** Complete, new and on time. Its raw voxels lie in `file` of the session folder. */
  event('volume.received', { ...arrived, file: z.string(), trSeconds: z.number().nullable() }),
  /** The same bytes again: ignored. */
  event('volume.duplicate', { volume, sha256, origin }),
  /** Other bytes under a known index: the first are kept. */
  event('volume.conflict', { volume, sha256, keptSha256: sha256, origin }),
  /** Ahead of its turn: waits for `waitingFor`. */
  event('volume.parked', { volume, waitingFor: volume }),
  /** Given up after a wait: gets no feedback, statistics go on without it. */
  event('volume.lost', { volume, waitedMs: z.number() }),
  /** Arrived after it was given up: kept in `file` for the archive, not decoded. */
  event('volume.late', { ...arrived, file: z.string() }),
] as const

const decodeSchemas = [
  event('feedback', { volume, feedback: feedbackSchema }),
  /** Sent after its deadline; follows the feedback it is about. */
  event('feedback.late', { volume, ageMs: z.number(), deadlineMs: z.number() }),
  /** Not decoded, because `newest` was waiting too and there was no time for both. */
  event('feedback.skipped', { volume, newest: volume, backlog: z.int() }),
  /** The volume could not be decoded. `crashed`: the decoder died on it and did not see it; else it looked at it and refused. */
  event('decoder.failed', { volume, code: z.string(), message: z.string(), crashed: z.boolean() }),
  /** The decoder died and a new one has seen the `nRestored` volumes that the old one had. */
  event('decoder.restarted', {
    volume: volume.nullable(),
    reason: z.string(),
    nRestored: z.int(),
  }),
] as const

const otherSchemas = [
  /** Something arrived that is no volume, or not yet. The session goes on. */
  event('source.problem', { code: z.string(), message: z.string(), origin }),
  /** Nothing has come for a while; the session keeps waiting. Told once per silence. */
  event('session.stalled', { lastVolume: volume.nullable(), quietMs: z.number() }),
  /** The operator's word. */
  event('mark', { text: z.string(), volume: volume.nullable() }),
  event('client.connected', { client: z.string(), transport: z.string(), address: z.string() }),
  event('client.disconnected', { client: z.string(), transport: z.string(), reason: z.string() }),
  /** Somebody who was not let in, or a request that was not answered. */
  event('client.refused', { transport: z.string(), address: z.string(), reason: z.string() }),
  /** Why the session ends early. */
  event('session.error', { code: z.string(), message: z.string() }),
  event('session.stopped', {
    reason: z.enum(['source-ended', 'stopped', 'error']),
    nFeedback: z.int(),
    nNoFeedback: z.int(),
  }),
] as const

export const sessionEventSchema = z.discriminatedUnion('type', [
  sessionStartedSchema,
  sessionResumedSchema,
  ...volumeSchemas,
  ...decodeSchemas,
  ...otherSchemas,
])

export type SessionEvent = z.infer<typeof sessionEventSchema>
export type SessionStarted = z.infer<typeof sessionStartedSchema>
export type SessionEventType = SessionEvent['type']
/** One kind of event. */
export type EventOf<T extends SessionEventType> = Extract<SessionEvent, { type: T }>
