import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { assertNoLeak, findLeaks } from '../../src/evaluate/leak-guard.ts'

const scored = ['sub-03/task-emotion/run-1', 'sub-03/task-emotion/run-2']
const leak = expect.objectContaining({ code: 'LEAK_DETECTED' }) as unknown

describe('assertNoLeak', () => {
  it('accepts a population of other subjects and the calibration of the scored one', () => {
    expect(() =>
      assertNoLeak(
        [
          {
            scope: 'population',
            state: { kind: 'template', fittedOn: ['sub-01/task-emotion/run-1'] },
          },
          {
            scope: 'subject',
            state: { kind: 'mapper', fittedOn: ['sub-03/task-calibration/run-1'] },
          },
        ],
        '03',
        scored,
      ),
    ).not.toThrow()
  })

  it('refuses a state that saw a scored run', () => {
    const state = { kind: 'scaler', fittedOn: ['sub-03/task-calibration/run-1', scored[1]!] }
    expect(() => assertNoLeak([{ scope: 'subject', state }], '03', scored)).toThrow(leak)
  })

  it('refuses a population that saw any run of the scored subject', () => {
    const state = { kind: 'common-space', fittedOn: ['sub-03/task-calibration/run-1'] }
    expect(() => assertNoLeak([{ scope: 'population', state }], '03', scored)).toThrow(leak)
  })

  it('refuses a state that does not say what it saw', () => {
    const state = { kind: 'classifier/lda', fittedOn: [] }
    expect(() => assertNoLeak([{ scope: 'population', state }], '03', scored)).toThrow(leak)
  })

  it('refuses a state that saw a scored part of a run as another part or as the whole', () => {
    const part = [`${scored[0]!}/volumes-60-99`]
    const guard = (run: string) => (): void => {
      assertNoLeak([{ scope: 'subject', state: { kind: 'scaler', fittedOn: [run] } }], '03', part)
    }
    expect(guard(scored[0]!)).toThrow(leak)
    expect(guard(`${scored[0]!}/volumes-0-60`)).toThrow(leak)
    expect(guard(`${scored[0]!}/volumes-0-59`)).not.toThrow()
  })

  it('does not take sub-1 for sub-10', () => {
    const state = { kind: 'template', fittedOn: ['sub-10/task-emotion/run-1'] }
    expect(() => assertNoLeak([{ scope: 'population', state }], '1', ['sub-1/x'])).not.toThrow()
  })

  it('finds a scored run wherever it hides', () => {
    const runs = fc.uniqueArray(fc.stringMatching(/^sub-0[12]\/task-[a-z]{1,4}\/run-[0-9]$/), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(runs, fc.nat(), (fittedOn, at) => {
        const run = fittedOn[at % fittedOn.length]!
        const state = { kind: 'mapper', fittedOn }
        expect(() => assertNoLeak([{ scope: 'subject', state }], '09', [run])).toThrow(leak)
      }),
    )
  })
})

describe('findLeaks', () => {
  it('names every state that saw what it must not have seen, and how', () => {
    const states = [
      { scope: 'subject' as const, state: { kind: 'scaler', fittedOn: [scored[1]!] } },
      {
        scope: 'population' as const,
        state: { kind: 'lda', fittedOn: ['sub-03/task-emotion/run-9'] },
      },
      { scope: 'population' as const, state: { kind: 'selection', fittedOn: [] } },
      {
        scope: 'subject' as const,
        state: { kind: 'mapper', fittedOn: ['sub-03/task-emotion/run-9'] },
      },
    ]
    expect(findLeaks(states, '03', scored).map(({ state, kind }) => [state.kind, kind])).toEqual([
      ['scaler', 'scored-run'],
      ['lda', 'scored-subject'],
      ['selection', 'unknown'],
    ])
  })
})
