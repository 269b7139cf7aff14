/** What long work tells the outside while it runs. A terminal bar, an NDJSON log and a dashboard are reporters over the same events. */
import type { Finding } from './errors/index.ts'

export type StageEvent =
  | {
      readonly type: 'start'
      readonly stage: string
      readonly total?: number
      readonly unit?: string
    }
  | {
      readonly type: 'progress'
      readonly stage: string
      readonly done: number
      readonly total: number
      readonly unit: string
      readonly detail?: string
    }
  | { readonly type: 'done'; readonly stage: string; readonly seconds: number }
  | { readonly type: 'cache'; readonly stage: string; readonly key: string; readonly hit: boolean }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'note'; readonly message: string }

/** Receives the events of a stage; must not throw. */
export type Emit = (event: StageEvent) => void

/** For callers that do not listen. */
export const silent: Emit = () => undefined
