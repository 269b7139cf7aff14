/** `limbic simulate OUT`: a BIDS dataset with known truth. */
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { defaultSimulateOptions, simulateDataset } from '../../simulate/index.ts'
import { integerOption, logFormatOption, numberOption } from '../options.ts'
import { createReporter } from '../progress.ts'

interface SimulateCommandOptions {
  subjects: number
  runs: number
  volumes: number
  seed: number
  shape: [number, number, number]
  tr: number
  effect: number
  null: boolean
  texture: boolean
  textureSd: number
  topographyCorrelation: number
  topographySigma: number
  regionRadius: number
  logFormat: 'text' | 'json'
}

/**
 * The `simulate` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function simulateCommand(): Command {
  const defaults = defaultSimulateOptions
  return new Command('simulate')
    .description('write a BIDS dataset with known truth: what is decodable, and by how much')
    .argument('<out>', 'where to write it')
    .option('--subjects <n>', 'subjects', integerOption('--subjects', 1), defaults.subjects)
    .option(
      '--runs <n>',
      'task-emotion runs per subject',
      integerOption('--runs', 1),
      defaults.runs,
    )
    .option(
      '--volumes <n>',
      'volumes per emotion run',
      integerOption('--volumes', 1),
      defaults.volumes,
    )
    .option(
      '--seed <n>',
      'the same seed gives the same bytes',
      integerOption('--seed', 0),
      defaults.seed,
    )
    .option('--shape <x,y,z>', 'voxels of a volume', parseShape, [...defaults.shape])
    .option('--tr <seconds>', 'repetition time', numberOption('--tr', 0.1), defaults.trSeconds)
    .option(
      '--effect <x>',
      'size of the effect; 1 is the demo, 0 is none',
      numberOption('--effect', 0),
      defaults.effect,
    )
    .option('--null', 'no effect at all: whatever decodes this dataset leaks', false)
    .option('--texture', 'an effect on spatial texture that no linear model can see', false)
    .option(
      '--texture-sd <x>',
      'strength of the texture at effect 1, in units of the white noise',
      numberOption('--texture-sd', 0),
      defaults.textureSd,
    )
    .option(
      '--topography-correlation <r>',
      'how much alike the responses of two subjects lie, 0 to 1; near 1, decoders transfer without alignment',
      numberOption('--topography-correlation', 0),
      defaults.topographyCorrelation,
    )
    .option(
      '--topography-sigma <voxels>',
      'smoothness of the response: SD of a Gaussian; 0 changes from voxel to voxel',
      numberOption('--topography-sigma', 0),
      defaults.topographySigmaVoxels,
    )
    .option(
      '--region-radius <voxels>',
      'radius of each of the four responding regions',
      numberOption('--region-radius', 1),
      defaults.regionRadiusVoxels,
    )
    .addOption(logFormatOption())
    .action(async (out: string, options: SimulateCommandOptions) => {
      const { tr, logFormat, null: isNull, topographySigma, regionRadius, ...rest } = options
      const renamed = {
        trSeconds: tr,
        null: isNull,
        topographySigmaVoxels: topographySigma,
        regionRadiusVoxels: regionRadius,
      }
      const result = await simulateDataset(
        out,
        { ...defaults, ...rest, ...renamed },
        createReporter(logFormat),
      )
      process.stdout.write(
        `${options.subjects} subjects in ${out}; true-parameter classifier ${result.oracle.accuracy.toFixed(3)}\n`,
      )
    })
}

function parseShape(text: string): [number, number, number] {
  const sizes = text.split(/[x,]/).map(Number)
  if (sizes.length === 3 && sizes.every((n) => Number.isInteger(n) && n > 0))
    return sizes as [number, number, number]
  throw new LimbicError('OPTION_INVALID', {
    option: '--shape',
    expected: 'three whole numbers, as 16,16,12',
    found: text,
  })
}
