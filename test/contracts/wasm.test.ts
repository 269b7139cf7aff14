import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { root } from './_sources.ts'

interface KernelBuilder {
  readonly listKernels: () => string[]
  readonly kernelPath: (source: string) => string
  readonly buildKernel: (source: string, target: string) => void
}

const { listKernels, kernelPath, buildKernel } = (await import(
  pathToFileURL(join(root, 'src/cli/build-kernels.mjs')).href
)) as KernelBuilder

it.each(listKernels().map((source) => [relative(root, source), source] as const))(
  'the committed module of %s is what its source compiles to',
  (_, source) => {
    const scratch = mkdtempSync(join(tmpdir(), 'limbic-wasm-'))
    const fresh = join(scratch, 'fresh.wasm')
    buildKernel(source, fresh)
    const isSame = readFileSync(fresh).equals(readFileSync(kernelPath(source)))
    rmSync(scratch, { recursive: true })
    expect(isSame, 'run `npm run kernels` and commit the result').toBe(true)
  },
)
