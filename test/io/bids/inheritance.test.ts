import { describe, expect, it } from 'vitest'
import { filesFor, listDataset } from '../../../src/io/bids/dataset-files.ts'
import { applicableFiles, createJsonReader, readSidecar } from '../../../src/io/bids/inheritance.ts'
import { codeOf } from '../nifti/_files.ts'
import { makeDataset } from './_dataset.ts'

const bold = 'sub-01/ses-a/func/sub-01_ses-a_task-emo_acq-x_run-1_bold.nii.gz'
const root = makeDataset({
  [bold]: '',
  'bold.json': '{"a": "root", "b": "root", "c": "root", "d": "root"}',
  'task-emo_bold.json': '{"b": "task"}',
  'task-other_bold.json': '{"b": "wrong"}',
  'sub-01/sub-01_task-emo_bold.json': '{"c": "subject"}',
  'sub-01/ses-a/sub-01_ses-a_bold.json': '{"d": "session"}',
  'sub-01/ses-b/sub-01_ses-b_bold.json': '{"d": "wrong"}',
  'sub-01/ses-a/func/sub-01_ses-a_task-emo_acq-x_run-1_bold.json': '{"e": "run"}',
  'sub-01/ses-a/func/sub-01_ses-a_task-emo_acq-x_run-2_bold.json': '{"e": "wrong"}',
  'sub-02/sub-02_bold.json': '{"e": "wrong"}',
  'task-emo_events.tsv': 'onset\n',
  'task-emo_acq-x_events.tsv': 'onset\n',
  'task-emo_acq-y_events.tsv': 'onset\n',
})

async function boldAndFiles() {
  const files = filesFor(await listDataset(root, undefined), '01')
  return { files, file: files.find((candidate) => candidate.path.endsWith(bold))! }
}

describe('readSidecar', () => {
  it('lets the more specific file win, key by key', async () => {
    const { files, file } = await boldAndFiles()
    expect(await readSidecar(files, file, createJsonReader())).toEqual({
      a: 'root',
      b: 'task',
      c: 'subject',
      d: 'session',
      e: 'run',
    })
  })

  it.each(['{"a": ', '[1]', 'null'])('refuses %s', async (text) => {
    const own = makeDataset({ 'sub-01/func/sub-01_task-x_bold.nii': '', 'bold.json': text })
    const files = filesFor(await listDataset(own, undefined), '01')
    const read = () => readSidecar(files, files.at(-1)!, createJsonReader())
    expect(await codeOf(read)).toBe('JSON_INVALID')
  })
})

describe('applicableFiles', () => {
  it('puts the file with more shared entities last and leaves out contradictions', async () => {
    const { files, file } = await boldAndFiles()
    const found = applicableFiles(files, file, ['events'], ['.tsv'])
    expect(found.map(({ path }) => path.slice(root.length + 1))).toEqual([
      'task-emo_events.tsv',
      'task-emo_acq-x_events.tsv',
    ])
  })
})

describe('listDataset', () => {
  it('lists the subjects that are folders, and the files of those asked for', async () => {
    const own = makeDataset({
      'sub-02/func/sub-02_task-x_bold.nii': '',
      'sub-01/anat/sub-01_T1w.nii': '',
      'sub-01.html': '',
      'derivatives/sub-03/func/sub-03_task-x_bold.nii': '',
    })
    const dataset = await listDataset(own, ['01'])
    expect(dataset.subjects).toEqual(['01', '02'])
    expect([...dataset.ofSubject]).toEqual([['01', []]])
  })
})
