/** The processes beside the one that measures: one that writes the bundle and ends, and the session, as a user starts it, which says how much memory it holds. */
import { main } from '../src/cli/main.ts'
import { writeRealtimeBundle } from './realtime-bundle.ts'

const [what = '', ...args] = process.argv.slice(2)
if (what === 'bundle') {
  const [dir = '', model = ''] = args
  await writeRealtimeBundle(dir, model === 'resnet3d' ? model : 'cnn1d')
} else {
  process.on('message', () => process.send?.(process.memoryUsage.rss()))
  // The session's end is that of the process, which an open channel would keep alive.
  process.exitCode = await main(['realtime', ...args])
  process.disconnect()
}
