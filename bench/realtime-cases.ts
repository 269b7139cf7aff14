/** The runs whose latency `limbic bench realtime` measures; kept apart from what measures them, which takes long to load. */

/** What is measured. */
export interface RealtimeCase {
  readonly name: string
  readonly model: 'cnn1d' | 'resnet3d'
  readonly realign: boolean
  /** What a lab may expect on a busy machine, ms. */
  readonly targetMs: { readonly p50?: number; readonly p99: number }
}

export const realtimeCases: readonly RealtimeCase[] = [
  { name: 'realtime-cnn1d', model: 'cnn1d', realign: false, targetMs: { p99: 25 } },
  { name: 'realtime-cnn1d-realigned', model: 'cnn1d', realign: true, targetMs: { p50: 80, p99: 150 } }, // prettier-ignore
  { name: 'realtime-resnet3d', model: 'resnet3d', realign: false, targetMs: { p99: 250 } },
]
