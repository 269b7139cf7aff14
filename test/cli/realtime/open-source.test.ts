import { describe, expect, it } from 'vitest'
import { openSource } from '../../../src/cli/realtime/open-source.ts'

const none = { existing: 'use' as const, peer: [] }

describe('openSource', () => {
  it('opens the source that was named', async () => {
    const watched = await openSource({ ...none, watch: 'run1', pattern: 'a(?<volume>\\d+)' })
    expect(watched.description).toContain('watching')
    const tcp = await openSource({ ...none, tcp: '0' })
    expect(tcp.description).toMatch(/^tcp 127\.0\.0\.1:\d+$/)
    const afni = await openSource({ ...none, afni: '0' })
    expect(afni.description).toMatch(/afni/i)
    await Promise.all([watched.close(), tcp.close(), afni.close()])
  })

  it.each([
    ['none', {}],
    ['--watch and --tcp', { watch: 'run1', tcp: '0' }],
  ])('refuses %s', async (found, options) => {
    await expect(openSource({ ...none, ...options })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { found },
    })
  })

  it('opens no port to everybody', async () => {
    await expect(openSource({ ...none, tcp: '0.0.0.0:0' })).rejects.toMatchObject({
      code: 'RT_PEER_MISSING',
    })
  })
})
