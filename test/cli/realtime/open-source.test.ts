import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { openSource } from '../../../src/cli/realtime/open-source.ts'

const none = { existing: 'use' as const, replayTiming: 'fast' as const, peer: [] }

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

  it('plays what was recorded', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'limbic-source-'))
    try {
      const file = join(dir, 'run.nii')
      const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
      await writeNifti(file, { data: new Float32Array(24).fill(1), shape: [2, 2, 2, 3], affine })
      const source = await openSource({ ...none, replay: file })
      const indices: number[] = []
      for await (const event of source) {
        if (event.type === 'volume') indices.push(event.volume.index)
        if (event.type === 'end') break
      }
      await source.close()
      expect(indices).toEqual([0, 1, 2])
    } finally {
      rmSync(dir, { recursive: true })
    }
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
