/** What a benchmark is: a piece of work that is set up once and then timed a number of times. */

export interface Workload {
  readonly name: string
  /** How often it is timed, after one run that is not. */
  readonly repetitions: number
  /** Of work so long that the run before the timed ones would only double it, there is none. */
  readonly warmsUp?: false
  /** Prepares data and gives the function to time. Nothing it does is timed. */
  setup(threads: number): Promise<() => void | Promise<void>>
}

/** What was measured, over the repetitions. */
export interface Measurement {
  readonly name: string
  readonly threads: number
  /** Wall time. */
  readonly medianSeconds: number
  readonly minSeconds: number
  /** Median of the time spent by all threads of the process. */
  readonly cpuSeconds: number
  /** Largest resident memory of the process, in MiB. */
  readonly peakMb: number
}
