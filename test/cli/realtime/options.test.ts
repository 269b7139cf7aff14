import { describe, expect, it } from 'vitest'
import { sessionPolicySchema } from '../../../src/core/schemas/session.ts'
import { parseAddress, parseSmoothing, readPolicy } from '../../../src/cli/realtime/options.ts'

const nothing = { realign: true, force: false, set: [] }
const invalid = expect.objectContaining({ code: 'OPTION_INVALID' }) as Error

describe('parseSmoothing', () => {
  it.each(['ema', 'ema:0', 'ema:1.1', 'ema:x', 'mean:0', 'mean:1.5', 'mean:', 'none:1', ''])(
    'refuses %j',
    (text) => {
      expect(() => parseSmoothing(text)).toThrow(invalid)
    },
  )
})

describe('parseAddress', () => {
  it('takes a host before the port', () => {
    expect(parseAddress('--udp', 'screen.lab:5005')).toEqual({ host: 'screen.lab', port: 5005 })
  })

  it.each(['', 'host', 'host:', 'host:x', '65536', '1:2:3', '::1:5005', '[::1]', '-1'])(
    'refuses %j',
    (text) => {
      expect(() => parseAddress('--udp', text)).toThrow(invalid)
    },
  )
})

describe('readPolicy', () => {
  it('has the defaults when nothing is said', () => {
    expect(readPolicy(nothing)).toEqual(sessionPolicySchema.parse({}))
  })

  it('takes what is said, settings of settings too', () => {
    const policy = readPolicy({
      smooth: { kind: 'mean', volumes: 3 },
      deadline: 900,
      minVolumes: 8,
      tr: 1.5,
      realign: false,
      force: true,
      set: ['maxParked=5', 'detrend.trendFrom=20', 'detrend.baseline={from: 0, to: 10}'],
    })
    expect(policy).toMatchObject({
      smoothing: { kind: 'mean', volumes: 3 },
      deadlineMs: 900,
      minVolumes: 8,
      trSeconds: 1.5,
      realign: 'none',
      force: true,
      maxParked: 5,
      detrend: { trendFrom: 20, baseline: { from: 0, to: 10 } },
    })
  })

  it.each([
    'maxParked',
    '=5',
    'maxParked=many',
    'unknown=1',
    '__proto__.x=1',
    'a..b=1',
    'maxParked.x=1',
  ])('refuses %j', (setting) => {
    expect(() => readPolicy({ ...nothing, set: [setting] })).toThrow(invalid)
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})
