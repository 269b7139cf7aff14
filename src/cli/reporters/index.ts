/** Reporters: what happens to stage events on the command line. */
export { combineReporters } from './combine.ts'
export { formatDuration } from './format.ts'
export { createNdjsonReporter } from './ndjson-reporter.ts'
export { createTtyReporter, type TextStream } from './tty-reporter.ts'
