import { expect, it } from 'vitest'
import { findFinalEnd } from '../../../src/executors/slurm/classify-ends.ts'

const end = (state: string, exitCode = '0:0') => ({ element: '7_1', state, exitCode })

it.each([
  end('NODE_FAIL', '1:0'),
  end('TIMEOUT', '0:15'),
  end('PREEMPTED', '0:15'),
  end('FAILED', '75:0'),
  end('FAILED', '0:9'),
  end('FAILED', '0:15'),
  end('COMPLETED'),
])('$state $exitCode is worth another try', (one) => {
  expect(findFinalEnd([one])).toBeUndefined()
})

it.each([
  end('FAILED', '1:0'),
  end('FAILED', '0:6'),
  end('OUT_OF_MEMORY', '0:125'),
  end('CANCELLED', '0:15'),
  end('DEADLINE', '0:0'),
])('$state $exitCode is final', (one) => {
  expect(findFinalEnd([end('NODE_FAIL'), one])).toBe(one)
})

it('what nobody remembers is worth another try', () => {
  expect(findFinalEnd([])).toBeUndefined()
})
