/** Requests -> answers: the pages, the state of the session in the forms that presentation programs ask for, and the operator's buttons. */
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { schemas } from '../../core/schemas/index.ts'
import { toJsonSchema } from '../../core/schemas/json-schema.ts'
import { limbicVersion } from '../../pipeline/provenance.ts'
import type { SessionHub } from '../hub.ts'
import { chosenValue } from '../outputs/chosen-value.ts'
import type { EventStreamOutput } from '../outputs/server-sent-events.ts'
import type { Refuse } from '../refusals.ts'
import type { Gate } from '../security/gate.ts'
import type { DecoderImage } from '../decoder-image.ts'
import { formatVolumeImage } from '../volume-image.ts'
import { createAssets } from './assets.ts'
import { addControls, type SessionControls } from './controls.ts'
import { securityHeaders } from './headers.ts'

export interface AppOptions {
  readonly hub: SessionHub
  readonly gate: Gate
  readonly refuse: Refuse
  readonly eventStreams: EventStreamOutput
  readonly controls: SessionControls
  /** Class of `GET /get_prediction`, and of the subject's page unless its address names another. */
  readonly className: string
  readonly classes: readonly string[]
  /** What the decoder looks at, to be shown over the volume. */
  readonly selection: DecoderImage | undefined
}

type Env = { Bindings: HttpBindings }

/** Pages, by the path that opens them. */
const pages: Readonly<Record<string, string>> = {
  '/': 'operator.html',
  '/subject': 'subject.html',
}

/**
 * Makes the application.
 *
 * @param options - Where answers come from, and who may ask.
 * @returns The application, to be mounted in an HTTP server.
 * @throws Never.
 */
export function createApp(options: AppOptions): Hono<Env> {
  const { hub, gate, refuse, eventStreams, className } = options
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    const { incoming } = c.env
    const { method = 'GET', url = '/', headers, rawHeaders, socket } = incoming
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value)
    const verdict = gate.admit({ method, url, headers, rawHeaders })
    if (!verdict.admitted) {
      const address = socket.remoteAddress ?? 'unknown'
      refuse({ transport: 'http', address, reason: verdict.reason })
      if (verdict.status === 401) c.header('WWW-Authenticate', 'Bearer realm="limbic"')
      return c.json({ error: verdict.reason }, verdict.status)
    }
    if (verdict.byQuery && pages[c.req.path] !== undefined) {
      // The browser keeps a cookie, and the token does not stay in the address bar and its history.
      c.header('Set-Cookie', gate.cookie)
      return c.redirect(withoutToken(url), 303)
    }
    return next()
  })
  addPages(app)
  addState(app, options)
  addImages(app, options)
  app.get('/get_prediction', (c) => {
    const value = chosenValue(hub.session()?.state().lastFeedback ?? null, className)
    return value === undefined ? noFeedback(c) : c.json(value)
  })
  app.get('/events', (c) => {
    if (!eventStreams.serve(c.env.outgoing)) return c.json({ error: 'too many streams' }, 503)
    return RESPONSE_ALREADY_SENT
  })
  addControls(app, options.controls)
  app.notFound((c) => c.json({ error: 'nothing is served at this path' }, 404))
  app.onError((error, c) => {
    refuse({ transport: 'http', address: 'unknown', reason: `not answered: ${error.message}` })
    return c.json({ error: 'the request could not be answered' }, 500)
  })
  return app
}

function addPages(app: Hono<Env>): void {
  const findAsset = createAssets()
  const send = async (c: Context, name: string): Promise<Response> => {
    const asset = await findAsset(name)
    if (asset === undefined) return c.notFound()
    return c.body(new Uint8Array(asset.body), 200, { 'Content-Type': asset.contentType })
  }
  for (const [path, name] of Object.entries(pages)) app.get(path, (c) => send(c, name))
  app.get('/assets/:name', (c) => send(c, c.req.param('name')))
}

function addState(app: Hono<Env>, options: AppOptions): void {
  const { hub, className, classes } = options
  app.get('/session', (c) => {
    const state = hub.session()?.state()
    return c.json({
      version: limbicVersion(),
      feedbackClass: className,
      classes,
      selectionMeaning: options.selection?.meaning ?? null,
      canStart: options.controls.canStart(),
      status: state?.status ?? 'not started',
      at: state?.at ?? 0,
      started: state?.started ?? null,
      trSeconds: state?.trSeconds ?? null,
      deadlineMs: state?.deadlineMs ?? null,
      counts: state?.counts ?? null,
      latencyMs: state?.latencyMs ?? null,
      lastVolume: state?.lastVolume?.index ?? null,
    })
  })
  app.get('/history', (c) => c.json(hub.recent()))
  app.get('/latest', (c) => {
    const feedback = hub.session()?.state().lastFeedback ?? null
    return feedback === null ? noFeedback(c) : c.json(feedback)
  })
  app.get('/volumes/:n', (c) => {
    const n = c.req.param('n')
    if (!/^\d{1,9}$/.test(n)) return c.json({ error: 'a volume is a whole number from 0 on' }, 400)
    const feedback = hub.session()?.state().feedbackOf(Number(n))
    return feedback === undefined ? noFeedback(c, 404) : c.json(feedback)
  })
  app.get('/schemas/:name', (c) => {
    const name = c.req.param('name').replace(/\.schema\.json$/, '')
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (schema === undefined || !c.req.param('name').endsWith('.schema.json')) return c.notFound()
    return c.body(JSON.stringify(toJsonSchema(name, schema)), 200, {
      'Content-Type': 'application/schema+json',
    })
  })
}

function addImages(app: Hono<Env>, { hub, selection }: AppOptions): void {
  let shown: { readonly sha256: string; readonly bytes: Buffer } | undefined
  app.get('/volume.nii', (c) => {
    const volume = hub.session()?.state().lastVolume ?? null
    if (volume === null) return noFeedback(c, 404)
    // Many pages may ask for the same volume; it is converted once.
    if (shown?.sha256 !== volume.sha256)
      shown = { sha256: volume.sha256, bytes: formatVolumeImage(volume) }
    c.header('X-Volume-Index', String(volume.index))
    return image(c, shown.bytes)
  })
  const selectionBytes = selection === undefined ? undefined : formatVolumeImage(selection)
  app.get('/selection.nii', (c) =>
    selectionBytes === undefined ? c.notFound() : image(c, selectionBytes),
  )
}

function image(c: Context, bytes: Buffer): Response {
  return c.body(new Uint8Array(bytes), 200, { 'Content-Type': 'application/octet-stream' })
}

/** 503 where the newest is asked for: the program may ask again. */
function noFeedback(c: Context, status: 404 | 503 = 503): Response {
  return c.json({ error: 'no feedback' }, status)
}

function withoutToken(url: string): string {
  const [path = '/', query = ''] = url.split('?')
  const rest = new URLSearchParams(query)
  rest.delete('token')
  return rest.size === 0 ? path : `${path}?${rest.toString()}`
}
