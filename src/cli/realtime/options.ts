/** The text of the options of `limbic realtime` -> what the session, its source and its outputs are told. */
import { ZodError } from 'zod'
import { parse } from 'yaml'
import { LimbicError } from '../../core/errors/index.ts'
import {
  sessionPolicySchema,
  type SessionPolicy,
  type Smoothing,
} from '../../core/schemas/session.ts'

/** Options that end up in the session's policy. */
export interface PolicyOptions {
  readonly smooth?: Smoothing
  readonly deadline?: number
  readonly minVolumes?: number
  readonly tr?: number
  readonly realign: boolean
  readonly force: boolean
  readonly set: readonly string[]
}

/**
 * Parses `ema:0.3`, `mean:5` or `none`.
 *
 * @param text - Text of `--smooth`.
 * @returns The smoothing.
 * @throws {LimbicError} `OPTION_INVALID`.
 * @example
 * const ema = parseSmoothing('ema:0.3') // ema = { kind: 'ema', alpha: 0.3 }
 * const mean = parseSmoothing('mean:5') // mean = { kind: 'mean', volumes: 5 }
 */
export function parseSmoothing(text: string): Smoothing {
  const [kind = '', number] = text.split(':')
  const value = Number(number)
  if (kind === 'none' && number === undefined) return { kind }
  if (kind === 'ema' && value > 0 && value <= 1) return { kind, alpha: value }
  if (kind === 'mean' && Number.isInteger(value) && value >= 1 && value <= 1000)
    return { kind, volumes: value }
  throw new LimbicError('OPTION_INVALID', {
    option: '--smooth',
    expected: '`ema:ALPHA` with 0 < ALPHA <= 1, `mean:VOLUMES` with 1 to 1000 volumes, or `none`',
    found: text,
  })
}

/**
 * Parses `HOST:PORT`, or a port alone.
 *
 * @param option - Name for the message, as `--udp`.
 * @param text - The text; `[::1]:5005` for an IPv6 address.
 * @returns Host, 127.0.0.1 unless it is given, and port.
 * @throws {LimbicError} `OPTION_INVALID`.
 * @example
 * const alone = parseAddress('--udp', '5005') // alone = { host: '127.0.0.1', port: 5005 }
 * const six = parseAddress('--udp', '[::1]:5005') // six = { host: '::1', port: 5005 }
 */
export function parseAddress(option: string, text: string): { host: string; port: number } {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? '127.0.0.1', port }
  throw new LimbicError('OPTION_INVALID', {
    option,
    expected: 'a port from 0 to 65535, or HOST:PORT',
    found: text,
  })
}

/**
 * Makes the policy of a session.
 *
 * @param options - As commander gives them.
 * @returns The whole policy, defaults filled in.
 * @throws {LimbicError} `OPTION_INVALID` for a setting that is unknown or out of its range.
 */
export function readPolicy(options: PolicyOptions): SessionPolicy {
  const { smooth, deadline, minVolumes, tr, realign, force, set } = options
  const policy: Record<string, unknown> = {
    ...(smooth === undefined ? {} : { smoothing: smooth }),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    ...(minVolumes === undefined ? {} : { minVolumes }),
    ...(tr === undefined ? {} : { trSeconds: tr }),
    ...(realign ? {} : { realign: 'none' }),
    ...(force ? { force } : {}),
  }
  for (const setting of set) assign(policy, setting)
  try {
    return sessionPolicySchema.parse(policy)
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const [issue] = error.issues
    throw new LimbicError('OPTION_INVALID', {
      option: '--set',
      expected: issue?.message ?? 'a setting of the session',
      found: `${issue?.path.join('.') || 'a setting'} of ${set.join(' ') || 'the options'}`,
    })
  }
}

/** `detrend.trendFrom=20` */
function assign(policy: Record<string, unknown>, setting: string): void {
  const equals = setting.indexOf('=')
  const path = setting.slice(0, Math.max(0, equals)).split('.')
  const last = path.pop() ?? ''
  if (equals < 1 || last === '' || path.includes('') || [...path, last].includes('__proto__'))
    throw new LimbicError('OPTION_INVALID', {
      option: '--set',
      expected: 'key=value, as maxParked=5 or detrend.trendFrom=20',
      found: setting,
    })
  let place = policy
  for (const key of path) {
    const inner = place[key]
    const next: Record<string, unknown> =
      typeof inner === 'object' && inner !== null ? { ...inner } : {}
    place[key] = next
    place = next
  }
  place[last] = parse(setting.slice(equals + 1)) as unknown
}
