import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const file = fileURLToPath(
  new URL('../../../dist/src/cli/realtime/raise-priority.js', import.meta.url),
)

/** In a process of its own, which keeps the tests' priority what it is. */
function run(before: string): { granted: boolean; priorities: number[] } {
  const script = `
    import { getPriority } from 'node:os'
    import { readdirSync, promises } from 'node:fs'
    import { raisePriority } from ${JSON.stringify(file)}
    await promises.stat('.')
    ${before}
    const granted = raisePriority()
    const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]
    console.log(JSON.stringify({ granted, priorities: threads.map((thread) => getPriority(thread)) }))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script])
  return JSON.parse(output.toString()) as { granted: boolean; priorities: number[] }
}

describe('raisePriority', () => {
  it('is granted to every thread of the process, or says that it is not', () => {
    const { granted, priorities } = run('')
    expect(priorities.length).toBeGreaterThan(0)
    if (granted) expect(Math.max(...priorities)).toBeLessThan(0)
    else expect(Math.min(...priorities)).toBe(0)
  })

  it('goes on without where the system refuses', () => {
    // Whoever is not an administrator may not lower a number; who is becomes nobody first.
    const { granted, priorities } = run(
      'if (process.getuid?.() === 0) { process.setgid(65534); process.setuid(65534) }',
    )
    expect(granted).toBe(false)
    expect(Math.min(...priorities)).toBe(0)
  })
})
