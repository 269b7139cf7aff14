import { expect, it } from 'vitest'
import { limbicVersion } from '../../../src/pipeline/provenance.ts'
import { limbic } from '../_main.ts'

interface Doctor {
  readonly machine: Record<string, string | number>
  readonly engines: readonly { name: string; verdict: string; reason: string }[]
}

it('doctor gives a verdict on the machine and on every engine', async () => {
  const json = await limbic('doctor', '--json')
  expect(json.code).toBe(0)
  const { machine, engines } = JSON.parse(json.stdout) as Doctor
  expect(machine).toMatchObject({ limbic: limbicVersion(), node: process.versions.node })
  expect(engines.find(({ name }) => name === 'cpu')).toMatchObject({ verdict: 'ok' })
  const { stdout } = await limbic('doctor')
  for (const { name, verdict } of engines) expect(stdout).toContain(`engine ${name}: ${verdict}.`)
})
