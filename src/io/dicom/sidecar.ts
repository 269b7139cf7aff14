/** What is known of a series -> the fields of its BIDS JSON sidecar, named and rounded as dcm2niix does. */
import { present } from './present.ts'
import type { DicomSeriesInfo } from './types.ts'

/**
 * The sidecar of a series.
 *
 * @param series - The series.
 * @returns The fields that are known, times in seconds.
 * @throws Never.
 */
export function sidecarOf(series: DicomSeriesInfo): Record<string, unknown> {
  const { header } = series
  const echoSpacing = header.effectiveEchoSpacingSeconds
  const lines = series.geometry.shape[series.phaseEncodingAxis === 'i' ? 0 : 1]
  return present({
    Modality: header.modality,
    Manufacturer: header.manufacturer,
    ManufacturersModelName: header.model,
    SoftwareVersions: header.softwareVersions,
    MagneticFieldStrength: header.magneticFieldStrength,
    SeriesNumber: header.seriesNumber,
    SeriesDescription: header.seriesDescription,
    ProtocolName: header.protocolName,
    PulseSequenceName: header.sequenceName,
    ImageType: header.imageType.length === 0 ? undefined : header.imageType,
    RepetitionTime: series.trSeconds,
    EchoTime: series.echoTimeSeconds,
    FlipAngle: header.flipAngleDegrees,
    SliceThickness: series.sliceThicknessMm,
    SpacingBetweenSlices: round(series.sliceSpacingMm),
    SliceTiming: series.sliceTimesSeconds,
    MultibandAccelerationFactor: series.multibandFactor,
    PhaseEncodingDirection: series.phaseEncodingDirection,
    // Not of BIDS, but the usual name where the axis is known and its direction is not.
    PhaseEncodingAxis:
      series.phaseEncodingDirection === undefined ? series.phaseEncodingAxis : undefined,
    EffectiveEchoSpacing: echoSpacing === undefined ? undefined : round(echoSpacing),
    TotalReadoutTime: echoSpacing === undefined ? undefined : round(echoSpacing * (lines - 1)),
  })
}

function round(value: number): number {
  return Number(value.toPrecision(6))
}
