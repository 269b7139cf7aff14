/** Prints how many golden cases ran, by area, after the tests. */
import type { Reporter, TestModule } from 'vitest/node'

export default class GoldenReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = modules
      .filter((module) => /test[/\\]golden[/\\]/.test(module.moduleId))
      .map((module) => ({
        area: /([\w-]+)\.test\.ts$/.exec(module.moduleId)?.[1] ?? module.moduleId,
        states: [...module.children.allTests()].map((test) => test.result().state),
      }))
      .sort((a, b) => a.area.localeCompare(b.area))
    if (counts.length === 0) return
    const all = counts.flatMap(({ states }) => states)
    const count = (states: readonly string[], state: string): number =>
      states.filter((s) => s === state).length
    const areas = counts.map(({ area, states }) => `${area} ${count(states, 'passed')}`).join(', ')
    console.log(
      `golden cases: ${count(all, 'passed')} passed, ${count(all, 'failed')} failed, ${count(all, 'skipped')} skipped (${areas})`,
    )
  }
}
