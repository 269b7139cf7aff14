// Compiles every `src/**/*.as.ts` (AssemblyScript) into the `.wasm` of the same name beside it, which is committed: users need no compiler for it.
//   node src/cli/build-kernels.mjs
// All kernels share the flags below; what one needs besides stands in its opening comment, on the line that names `asc`, or in an asconfig.json beside it.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const commonFlags = ['--enable', 'simd', '-O3', '--noAssert', '--runtime', 'stub']
const root = fileURLToPath(new URL('../..', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const source of listKernels()) {
    const wasm = kernelPath(source)
    const part = `${wasm}.part`
    buildKernel(source, part)
    renameSync(part, wasm)
    process.stdout.write(`${relative(root, wasm)}\n`)
  }
}

/**
 * The AssemblyScript sources of the project.
 *
 * @returns {string[]} Absolute paths, sorted.
 */
export function listKernels() {
  return readdirSync(join(root, 'src'), { recursive: true })
    .filter((path) => path.endsWith('.as.ts'))
    .map((path) => join(root, 'src', path))
    .sort()
}

/**
 * Where the compiled form of a source is committed.
 *
 * @param {string} source - Path of an `.as.ts`.
 * @returns {string} Path of the `.wasm`.
 */
export function kernelPath(source) {
  return source.replace(/\.as\.ts$/, '.wasm')
}

/**
 * Compiles one source.
 *
 * @param {string} source - Path of an `.as.ts`.
 * @param {string} target - Where to write the module.
 * @throws {Error} With the compiler's words, when it refuses the source.
 */
export function buildKernel(source, target) {
  const scratch = mkdtempSync(join(tmpdir(), 'limbic-kernel-'))
  const out = join(scratch, 'kernel.wasm')
  const asc = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js')
  const argv = [relative(root, source), ...commonFlags, ...ownFlags(source), '--outFile', out]
  const { status, stderr, stdout } = spawnSync(process.execPath, [asc, ...argv], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status === 0) copyFileSync(out, target)
  rmSync(scratch, { recursive: true })
  if (status !== 0) throw new Error(`${relative(root, source)}\n${stderr}${stdout}`)
}

function ownFlags(source) {
  const config = join(dirname(source), 'asconfig.json')
  const line = readFileSync(source, 'utf8')
    .split('\n')
    .slice(0, 6)
    .find((text) => /^\/\/.*\basc\b.*--/.test(text))
  const words = line
    ?.slice(line.indexOf('--'))
    .replace(/ -o .*| --outFile .*/, '')
    .trim()
    .split(/\s+/)
  return [...(existsSync(config) ? ['--config', relative(root, config)] : []), ...(words ?? [])]
}
