/** Error catalogue, volumes on their way from the scanner: watched folders, sockets, the scanner simulator. */
import type { ErrorText } from './error-text.ts'

export const volumeSourceErrors = {
  RT_FILE_INCOMPLETE: (d: { file: string; found: string; waitedMs: number }): ErrorText => ({
    where: d.file,
    problem: 'The file has not been complete for a while; it is taken as soon as it is.',
    expected: 'a whole volume',
    found: `${d.found}, for ${Math.round(d.waitedMs)} ms`,
    remedy:
      'Look whether the scanner or the copy still runs; if it ended, fetch the file again under the same name.',
  }),
  RT_FILE_UNUSABLE: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The file is no volume that can be decoded; it was left alone.',
    expected: d.expected,
    found: d.found,
    remedy: 'Give a --pattern that only the volumes match, or write other files elsewhere.',
  }),
  RT_FILE_CHANGED: (d: { file: string; volume: number }): ErrorText => ({
    where: d.file,
    problem: `The file was written again after it was taken as volume ${d.volume}; the first content counts.`,
    expected: 'a file that is left alone when it is complete',
    found: 'other bytes',
    remedy:
      'Let the scanner write to another name and rename, or give a --quiet that is longer than its pauses.',
  }),
  RT_NAME_REFUSED: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The entry of the watched folder was refused and not opened.',
    expected: 'a regular file with a plain name',
    found: d.found,
    remedy: 'Copy the volume itself into the folder.',
  }),
  RT_FOLDER_UNREADABLE: (d: { dir: string; found: string }): ErrorText => ({
    where: d.dir,
    problem: 'The watched folder cannot be read; limbic keeps trying.',
    expected: 'a folder that this user may read',
    found: d.found,
    remedy: 'Check the path and the network drive, or start the scan that makes the folder.',
  }),
  RT_INDEX_UNKNOWN: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem:
      'It cannot be told which volume of the run this is; the order of arrival is never used.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Give a --pattern with a group named volume, as `vol_(?<volume>\\d+)\\.nii`, and --first-index when counting does not start there.',
  }),
  RT_SLICES_UNKNOWN: (d: { file: string }): ErrorText => ({
    where: d.file,
    problem: 'The header does not say how many slices make up a volume.',
    expected: 'the number of slices in the private header of the vendor',
    found: 'none',
    remedy: 'Give it with --slices.',
  }),
  RT_SERIES_OTHER: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The image belongs to another series than the run that is being decoded.',
    expected: d.expected,
    found: d.found,
    remedy: 'Nothing, if so intended; --series chooses the series that is decoded.',
  }),
  RT_SLICE_CONFLICT: (d: { file: string; volume: number }): ErrorText => ({
    where: d.file,
    problem: `A slice of volume ${d.volume} came twice with different pixels; the first one counts.`,
    expected: 'every slice once',
    found: 'other pixels at the same place',
    remedy: 'Look which program writes a second copy into the folder.',
  }),
  RT_VOLUME_INCOMPLETE: (d: { origin: string; volume: number; found: string }): ErrorText => ({
    where: d.origin,
    problem: `Slices of volume ${d.volume} have been missing for a while; it is decoded when they come.`,
    expected: 'all slices of the volume',
    found: d.found,
    remedy: 'Look whether the scanner or the copy still runs.',
  }),
  RT_PEER_REFUSED: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'The connection was refused.',
    expected: d.expected,
    found: d.found,
    remedy: 'Allow the address with --peer if it is the scanner; otherwise look who connects.',
  }),
  RT_PEER_SLOW: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'The sender stopped in the middle, and the connection was closed.',
    expected: d.expected,
    found: d.found,
    remedy: 'Look at the sender and the network; it may connect again and send the volume anew.',
  }),
  RT_PEER_MISSING: (d: { host: string }): ErrorText => ({
    where: d.host,
    problem: 'This input takes volumes from whoever connects, so it is not opened to all machines.',
    expected: '--peer ADDRESS for each machine that may send',
    found: 'none',
    remedy: 'Add --peer with the address of the scanner, or listen at 127.0.0.1.',
  }),
  RT_LISTEN_FAILED: (d: { where: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'Volumes cannot be listened for there.',
    expected: 'an address of this machine, and a port that nothing else uses',
    found: d.found,
    remedy: 'Give another port, or end the program that holds this one.',
  }),
  RT_AFNI_INVALID: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem:
      'This is not what a program says that sends images to AFNI; the connection was closed.',
    expected: d.expected,
    found: d.found,
    remedy: 'Check the sender (Dimon -rt, rtfeedme); see "AFNI" on the page about real time.',
  }),
  RT_SEND_FAILED: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'The volume was not taken.',
    expected: d.expected,
    found: d.found,
    remedy: 'Check that the receiver runs and listens there, and what it says.',
  }),
} as const
