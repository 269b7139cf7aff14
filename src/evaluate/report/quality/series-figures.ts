/** A run's quality measures -> plots over its volumes, one below the other on the same axis, with the carpet last. */
import * as Plot from '@observablehq/plot'
import { colors, drawPlot, formatFigure, type LegendEntry } from '../figure.ts'
import { html, type Html } from '../html.ts'
import { pngAddress } from './png.ts'
import type { RunQuality } from './run-quality.ts'

const width = 800
const margins = { marginLeft: 56, marginRight: 12 }
const danger = 'var(--danger)'
const axes = [
  { name: 'x', words: 'right', color: colors.calibrated },
  { name: 'y', words: 'front', color: colors.unaligned },
  { name: 'z', words: 'up', color: colors.zeroShot },
] as const

/**
 * Draws the head's motion and how far it moved from volume to volume.
 *
 * @param quality - The run, whose motion was measured.
 * @returns The figure.
 * @throws Never.
 */
export function formatMotionFigure(quality: RunQuality): Html {
  const { motion, displacementMm, outliers, maxDisplacementMm } = quality
  const nVolumes = quality.dvars.length
  const parameter = (k: number, unit: number): Float64Array =>
    Float64Array.from({ length: nVolumes }, (_, t) => motion!.data[6 * t + k]! * unit)
  const lines = (first: number, unit: number): readonly Line[] =>
    axes.map(({ color }, k) => ({ values: parameter(first + k, unit), color }))
  const limits = [...new Set([0.2, 0.5, maxDisplacementMm])]
  const legend: LegendEntry[] = [
    ...axes.map(({ name, words, color }): LegendEntry => ({
      label: `${name} (${words})`,
      color,
      shape: 'line',
    })),
    {
      label: `framewise displacement of ${limits.join(' and ')} mm`,
      color: danger,
      shape: 'dashed',
    },
    ...outlierLegend(outliers),
  ]
  return wide(
    [
      drawSeries('Translations', 'mm', lines(0, 1), quality),
      drawSeries('Rotations', 'degrees', lines(3, 180 / Math.PI), quality),
      drawSeries(
        'Framewise displacement',
        'FD (mm)',
        [{ values: sinceFirst(displacementMm!), color: colors.calibrated }],
        { ...quality, limits },
      ),
    ],
    legend,
    'Position of the head against the reference volume: translations, rotations about the middle of the volume, and framewise displacement, the sum of all six steps since the volume before with rotations taken on a sphere of 50 mm.',
  )
}

/**
 * Draws how the image changed from volume to volume, its mean, and all of its voxels.
 *
 * @param quality - The run.
 * @returns The figure.
 * @throws Never.
 */
export function formatSignalFigure(quality: RunQuality): Html {
  const { dvars, maxDvars, globalSignal, outliers } = quality
  const limits = [maxDvars]
  return wide(
    [
      drawSeries(
        'Standardised DVARS',
        'DVARS (std)',
        [{ values: sinceFirst(dvars), color: colors.calibrated }],
        {
          ...quality,
          limits,
        },
      ),
      drawSeries(
        'Global signal',
        'global signal',
        [{ values: globalSignal, color: colors.oracle }],
        quality,
      ),
      drawCarpet(quality),
    ],
    [{ label: `DVARS of ${maxDvars}`, color: danger, shape: 'dashed' }, ...outlierLegend(outliers)],
    'DVARS is the change of the image since the volume before, as a multiple of what its own noise would give: about 1 in a quiet run. The carpet shows every brain voxel over time, detrended and standardised, first slice on top: vertical stripes are changes of the whole image, such as motion.',
  )
}

/** The first volume has none before it to differ from. */
function sinceFirst(values: Float64Array): Float64Array {
  return values.map((value, t) => (t === 0 ? NaN : value))
}

interface Line {
  readonly values: Float64Array
  readonly color: string
}

function drawSeries(
  description: string,
  label: string,
  lines: readonly Line[],
  { outliers, limits = [] }: Pick<RunQuality, 'outliers'> & { limits?: readonly number[] },
): Html {
  const nVolumes = lines[0]!.values.length
  return drawPlot(description, {
    ...margins,
    width,
    height: 132,
    marginTop: 22,
    marginBottom: 24,
    x: { domain: [0, nVolumes - 1], label: null, ticks: 10 },
    y: { label, labelArrow: 'none', grid: true, ticks: 4, nice: true, zero: limits.length > 0 },
    marks: [
      Plot.ruleX(outliers, { stroke: danger, strokeOpacity: 0.3 }),
      ...limits.map((limit) =>
        Plot.ruleY([limit], { stroke: danger, strokeDasharray: '5 3', strokeWidth: 1.2 }),
      ),
      ...lines.map(({ values, color }) =>
        Plot.lineY(values, { x: (_: number, i: number) => i, stroke: color, strokeWidth: 1.3 }),
      ),
    ],
  })
}

function drawCarpet({ carpet, dvars }: RunQuality): Html {
  const height = 260
  const [marginTop, marginBottom] = [22, 40]
  const last = dvars.length - 1
  return drawPlot('Carpet of all brain voxels', {
    ...margins,
    width,
    height,
    marginTop,
    marginBottom,
    x: {
      domain: [0, last],
      label: 'volume (0-based)',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 34,
      ticks: 10,
    },
    y: { domain: [0, 1], label: 'voxels', labelArrow: 'none', ticks: [] },
    marks: [
      Plot.image([0], {
        x: last / 2,
        y: 0.5,
        src: () => pngAddress(carpet),
        width: width - margins.marginLeft - margins.marginRight,
        height: height - marginTop - marginBottom,
        preserveAspectRatio: 'none',
        imageRendering: 'pixelated',
      }),
    ],
  })
}

function outlierLegend(outliers: readonly number[]): LegendEntry[] {
  return outliers.length === 0
    ? []
    : [{ label: 'volumes that stand out', color: danger, shape: 'band' }]
}

function wide(plots: readonly Html[], legend: readonly LegendEntry[], caption: string): Html {
  return html`<div class="wide">${formatFigure(plots, legend, caption)}</div>`
}
