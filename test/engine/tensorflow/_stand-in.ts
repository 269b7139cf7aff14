/** A package loader that knows one package, which is a function called on loading. */
import * as util from 'node:util'
import type { PackageLoader } from '../../../src/engine/tensorflow/load-tensorflow.ts'

export function createStandIn(known: string, onLoad: () => void): PackageLoader {
  const load = (name: string): unknown => (name === 'node:util' ? { ...util } : onLoad())
  const resolve = (name: string): string => {
    if (name !== known) throw new Error(`Cannot find module '${name}'`)
    return name
  }
  return Object.assign(load, { resolve })
}
