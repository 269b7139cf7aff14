/** Ctrl-C -> an orderly end the first time, and an end at once the second time. */
import { exitCodes } from '../exit-codes.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Takes the signals over from whoever listened to them.
 *
 * @param onInterrupt - Ends things in order.
 * @returns `ignore` gives the signals back.
 * @throws Never.
 */
export function listenForInterrupt(onInterrupt: () => void): { readonly ignore: () => void } {
  let count = 0
  const listener = (): void => {
    count += 1
    if (count > 1) process.exit(exitCodes.interrupted)
    onInterrupt()
  }
  const before = signals.map((signal) => process.listeners(signal))
  for (const signal of signals) {
    process.removeAllListeners(signal)
    process.on(signal, listener)
  }
  return {
    ignore: () => {
      signals.forEach((signal, i) => {
        process.off(signal, listener)
        for (const other of before[i] ?? []) process.on(signal, other)
      })
    },
  }
}
