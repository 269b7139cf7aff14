/** Every workload that `limbic bench` knows, by name, and how one of them is measured. */
import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LimbicError } from '../src/core/errors/index.ts'
import type { Measurement, Workload } from './workload.ts'

/** Loaded one by one, so that a workload's process holds nothing but what it needs. */
const workloads: Readonly<Record<string, () => Promise<Workload>>> = {
  'nifti-load': async () => (await import('./nifti.ts')).niftiLoad,
  'nifti-load-gz': async () => (await import('./nifti.ts')).niftiLoadGz,
  'signal-clean': async () => (await import('./preprocess.ts')).signalClean,
  realign: async () => (await import('./preprocess.ts')).realignOne,
  'preprocess-volume': async () => (await import('./preprocess.ts')).preprocessVolume,
  'preprocess-run': async () => (await import('./preprocess.ts')).preprocessWholeRun,
  anova: async () => (await import('./anova.ts')).anovaWorkload,
  'loso-ridge': async () => (await import('./loso.ts')).losoRidge,
  'loso-logistic': async () => (await import('./loso.ts')).losoLogistic,
  'loso-permutations': async () => (await import('./loso-permutations.ts')).losoPermutations,
  procrustes: async () => (await import('./procrustes.ts')).procrustesWorkload,
  'cnn1d-train-step': async () => (await import('./cnn1d.ts')).cnn1dTrainStep,
  'cnn1d-infer': async () => (await import('./cnn1d.ts')).cnn1dInfer,
  'resnet3d-train-step': async () => (await import('./resnet3d.ts')).resnet3dTrainStep,
  'resnet3d-train-step-plain': async () => (await import('./resnet3d.ts')).resnet3dTrainStepPlain,
  'resnet3d-infer': async () => (await import('./resnet3d.ts')).resnet3dInfer,
  hyperalignment: async () => (await import('./hyperalignment.ts')).hyperalignmentWorkload,
}

/** Names of all workloads, in the order in which they run. */
export const workloadNames: readonly string[] = Object.keys(workloads)

/**
 * Finds a workload.
 *
 * @param name - One of `workloadNames`.
 * @returns The workload, its modules loaded.
 * @throws {LimbicError} `OPTION_INVALID` for an unknown name.
 */
export async function findWorkload(name: string): Promise<Workload> {
  const load = workloads[name]
  if (load === undefined) {
    throw new LimbicError('OPTION_INVALID', {
      option: 'NAME',
      expected: workloadNames.join(', '),
      found: name,
    })
  }
  return await load()
}

/**
 * Measures one workload in a process of its own.
 *
 * @param name - One of `workloadNames`.
 * @param threads - Threads that it may use.
 * @returns What was measured.
 * @throws {Error} With what the process wrote to its standard error, when it fails.
 */
export async function measureInChild(name: string, threads: number): Promise<Measurement> {
  const script = new URL(`./child${extname(import.meta.url)}`, import.meta.url)
  const { code, stdout, stderr } = await runNode([fileURLToPath(script), name, String(threads)])
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (code !== 0 || line === '') throw new Error(`${name} failed\n${stderr.slice(-2000)}`)
  return JSON.parse(line) as Measurement
}

function runNode(argv: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
