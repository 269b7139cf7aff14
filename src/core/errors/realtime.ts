/** Error catalogue, real time: volumes as they arrive, sessions, replays, and what is served to others. */
import type { ErrorText } from './error-text.ts'

export const realtimeErrors = {
  RT_GEOMETRY_CHANGED: (d: {
    volume: number
    origin: string
    expected: string
    found: string
  }): ErrorText => ({
    where: d.origin,
    problem: `Volume ${d.volume} has another matrix, position or TR than the run before it, so the session was stopped.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Check the protocol at the scanner, and start a new session with the new run.',
  }),
  RT_INDEX_JUMP: (d: {
    volume: number
    expected: number
    maxGap: number
    origin: string
  }): ErrorText => ({
    where: d.origin,
    problem: 'The volume is too far ahead to belong to this run; it was refused.',
    expected: `an index up to ${d.expected + d.maxGap}, while volume ${d.expected} is awaited`,
    found: `${d.volume}`,
    remedy:
      'Check what the source takes as the index of a volume; raise maxGap if so many volumes can be missing.',
  }),
  RT_SESSION_EXISTS: (d: { dir: string }): ErrorText => ({
    where: d.dir,
    problem: 'The folder holds a session already.',
    expected: 'an empty or new folder',
    found: 'session.ndjson',
    remedy: 'Give another folder, or --resume to go on with that session.',
  }),
  RT_SESSION_INVALID: (d: {
    dir: string
    line: number | null
    expected: string
    found: string
  }): ErrorText => ({
    where: d.line === null ? d.dir : `${d.dir}/session.ndjson, line ${d.line}`,
    problem: 'This is not a session that limbic can read.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Give the folder that `limbic realtime` wrote, complete and unchanged; copy it again if it came over a network.',
  }),
  RT_SESSION_DIFFERS: (d: {
    dir: string
    what: string
    expected: string
    found: string
  }): ErrorText => ({
    where: d.dir,
    problem: `The session was made with another ${d.what}.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Give the bundle, the subject and the settings that the first line of its log names.',
  }),
  RT_SESSION_LOCKED: (d: { dir: string; pid: number }): ErrorText => ({
    where: d.dir,
    problem: 'Another process is writing this session.',
    expected: 'a session that has ended or was killed',
    found: `process ${d.pid}, which is running`,
    remedy: 'Stop that process first, or start a session in another folder.',
  }),
  RT_LOG_FAILED: (d: { file: string; reason: string }): ErrorText => ({
    where: d.file,
    problem:
      'The session could not be written, so it was stopped: feedback that is not in the log is not given.',
    expected: 'room and permission to write',
    found: d.reason,
    remedy:
      'Free space on the disk, then start again with --resume, or in a folder on another disk.',
  }),
  RT_REPLAY_DIFFERS: (d: {
    dir: string
    volume: number
    expected: string
    found: string
  }): ErrorText => ({
    where: d.dir,
    problem: `Computed again, the feedback of volume ${d.volume} is not what was given.`,
    expected: d.expected,
    found: d.found,
    remedy:
      'The session, the bundle or the software was changed since, or the machine computes differently: the first line of the log names version and engine.',
  }),
  RT_GATE_NOT_PASSED: (d: {
    bundle: string
    subject: string
    threshold: number
    auc: number
  }): ErrorText => ({
    where: d.bundle,
    problem: `The calibration of subject "${d.subject}" did not pass its gate: feedback would be close to noise.`,
    expected: `a cross-validated AUC of at least ${d.threshold}`,
    found: d.auc.toFixed(3),
    remedy:
      'Calibrate on more or better runs, or give feedback all the same with --force; the session log will say so.',
  }),
  RT_FRAME_INVALID: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'These bytes are no volume in the FMV1 format; they were refused.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Let the sender write prefix, header and voxels as data-schemas/volume-header.schema.json and the page on real time describe them.',
  }),
  RT_SUBJECT_KNOWN: (d: { bundle: string; subject: string }): ErrorText => ({
    where: d.bundle,
    problem: `Subject "${d.subject}" is one of those that the decoder was trained on, and has its calibration in the bundle.`,
    expected: 'a subject that is new to the bundle',
    found: d.subject,
    remedy: 'Use the bundle as it is with --subject, or give the new subject another label.',
  }),
  FINE_TUNE_WITHOUT_NETWORK: (d: {
    bundle: string
    model: string
    networks: readonly string[]
  }): ErrorText => ({
    where: d.bundle,
    problem: 'Only the last layers of a network can be fine-tuned, and this decoder is none.',
    expected: `a decoder whose model is one of ${d.networks.join(', ')}`,
    found: d.model,
    remedy: `Calibrate without --fine-tune, or train a decoder with \`--set classify.model=${d.networks[0]}\`.`,
  }),
  FINE_TUNE_LABELS_MISSING: (d: {
    subject: string
    missing: readonly string[]
    runs: readonly string[]
  }): ErrorText => ({
    where: `sub-${d.subject}`,
    problem:
      'The calibration runs do not show every class, so fine-tuning would unlearn those that are missing.',
    expected: 'labelled volumes of all classes in the calibration runs',
    found: `no volume of ${d.missing.join(', ')} in ${d.runs.join(', ')}`,
    remedy:
      'Calibrate without --fine-tune, or record a calibration run with all conditions and name it by the rule `data.calibration` of the pipeline.',
  }),
  RT_DECODER_DIED: (d: { volume: number; retries: number; reason: string }): ErrorText => ({
    problem: `The decoder died on volume ${d.volume}, which was given up; the next one is decoded.`,
    expected: `an answer at one of ${d.retries + 1} attempts`,
    found: d.reason,
    remedy: 'Look at the volume in a viewer, and at the memory that is free; replay leaves it out.',
  }),
  RT_DECODER_UNUSABLE: (d: { reason: string }): ErrorText => ({
    problem: 'The decoder could not be started, or died again and again.',
    expected: 'a decoder that loads the bundle and decodes',
    found: d.reason,
    remedy: 'See `limbic doctor`; decode one file with `limbic predict` to see the error itself.',
  }),
  SERVE_TOKEN_MISSING: (d: { host: string }): ErrorText => ({
    where: `--host ${d.host}`,
    problem:
      'Other machines could read the session and stop it: the server is not opened to them without a token.',
    expected: '--token with a secret of at least 16 characters',
    found: 'no token',
    remedy:
      'Add --token, as `--token "$(openssl rand -hex 16)"`, or leave --host away to serve this machine only.',
  }),
  SERVE_TOKEN_WEAK: (d: { minLength: number; length: number }): ErrorText => ({
    where: '--token',
    problem: 'The token is too easy to guess, or cannot travel in an address.',
    expected: `at least ${d.minLength} characters out of letters, digits and the signs ._~+/=-`,
    found: `${d.length} characters`,
    remedy: 'Make one with `openssl rand -hex 16`.',
  }),
  SERVE_ALLOW_MISSING: (d: { host: string }): ErrorText => ({
    where: `--host ${d.host}`,
    problem:
      'The server is not opened to other machines without saying which folders belong to the session.',
    expected:
      '--allow DIR for the folders that volumes are read from and the session is written to',
    found: 'none',
    remedy:
      'Add --allow with the watched folder and with the session folder, or leave --host away.',
  }),
  SERVE_FOLDER_NOT_ALLOWED: (d: { path: string; allow: readonly string[] }): ErrorText => ({
    where: d.path,
    problem: 'The path lies outside of the allowed folders.',
    expected: `a path in ${d.allow.join(' or ')}`,
    found: d.path,
    remedy: 'Use another folder, or add this one with --allow.',
  }),
  SERVE_PEER_MISSING: (d: { option: string; host: string }): ErrorText => ({
    where: `${d.option} ${d.host}`,
    problem: 'This output has no place for a token, so it is not opened to every machine.',
    expected: '--peer ADDRESS for each machine that may connect',
    found: 'none',
    remedy: 'Add --peer with the address of the presentation computer, or listen at 127.0.0.1.',
  }),
  SERVE_PORT_UNUSABLE: (d: {
    what: string
    host: string
    port: number
    reason: string
  }): ErrorText => ({
    where: `${d.host}:${d.port}`,
    problem: `The ${d.what} cannot listen there.`,
    expected: 'an address of this machine, and a port that nothing else uses',
    found: d.reason,
    remedy: 'Give another port, or end the program that holds this one.',
  }),
  OUTPUT_PACKAGE_MISSING: (d: { output: string; package: string; reason: string }): ErrorText => ({
    where: d.output,
    problem: 'This output needs a package that does not come with limbic.',
    expected: `the package ${d.package}`,
    found: d.reason,
    remedy: `Run \`npm install ${d.package}\` beside limbic, or leave this output away.`,
  }),
} as const
