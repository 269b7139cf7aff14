/** Writes small PAR headers for tests: 3 x 2 pixels of 3 x 4 mm, 5 mm thick, 3 mm apart, slope 5, scale slope 0.5. */

export interface ParLine {
  readonly slice: number
  readonly dynamic: number
  readonly type?: number
  /** Place in the REC file. */
  readonly index?: number
}

export function parText(lines: readonly ParLine[], { tr = '2000', echo = '30' } = {}): string {
  return [
    '# CLINICAL TRYOUT             Research image export tool     V4.2',
    '.    Patient name                       :   Secret Person',
    '.    Examination name                   :   Secret Exam',
    '.    Protocol name                      :   WIP faces',
    '.    Examination date/time              :   2020.01.31 / 10:11:12',
    '.    Acquisition nr                     :   3',
    '.    Max. number of slices/locations    :   2',
    `.    Repetition time [ms]               :   ${tr}`,
    '.    Diffusion         <0=no 1=yes> ?   :   0',
    ...lines.map((line) => parLine(line, echo)),
    '# === END OF DATA DESCRIPTION FILE',
  ].join('\n')
}

function parLine({ slice, dynamic, type = 0, index = 0 }: ParLine, echo: string): string {
  const offCentre = `2 ${3 + 8 * (slice - 1)} 1`
  return `  ${slice} 1 ${dynamic} 1 ${type} 2 ${index} 16 100 3 2 0 5 0.5 1 1 0 0 0 ${offCentre} 5 3 0 1 0 2 3 4 ${echo} 0 0 0 1 90 0 0 0 1 0 1 1 0 0 0 0 0 1`
}
