/** The process that one workload runs in: measures it and prints one line of JSON. */
import { findWorkload } from './index.ts'
import { measure } from './measure.ts'

const [name = '', threads = '1'] = process.argv.slice(2)
const workload = await findWorkload(name)
process.stdout.write(`${JSON.stringify(await measure(workload, Number(threads)))}\n`)
