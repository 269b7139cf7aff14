/** The operator's buttons -> start, stop and marks of the session. */
import type { Env, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'

export interface SessionControls {
  /** Whether a start is awaited. */
  canStart(): boolean
  start(): void
  stop(): void
  mark(text: string): void
}

const maxBodyBytes = 4096
const markSchema = z.strictObject({ text: z.string().trim().min(1).max(500) })

/**
 * Adds `POST /control/start`, `/control/stop` and `/control/mark` (`{"text": "..."}`).
 *
 * @param app - The application.
 * @param controls - What the buttons do.
 * @returns Nothing.
 * @throws Never.
 * @remarks Bodies must be declared as JSON: a form of a foreign page cannot do that.
 */
export function addControls<E extends Env>(app: Hono<E>, controls: SessionControls): void {
  app.use(
    '/control/*',
    bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json({ error: 'too long' }, 413) }),
  )
  app.use('/control/*', async (c, next) => {
    const isJson = /^application\/json\b/.test(c.req.header('Content-Type') ?? '')
    if (c.req.method === 'POST' && !isJson)
      return c.json({ error: 'the body must be declared as application/json' }, 415)
    return next()
  })
  app.post('/control/start', (c) => {
    if (!controls.canStart()) return c.json({ error: 'the session has been started' }, 409)
    controls.start()
    return c.json({ started: true })
  })
  app.post('/control/stop', (c) => {
    controls.stop()
    return c.json({ stopping: true })
  })
  app.post('/control/mark', async (c) => {
    const body = markSchema.safeParse(await readJson(c.req))
    if (!body.success) return c.json({ error: 'a mark is {"text": "1 to 500 characters"}' }, 400)
    controls.mark(body.data.text)
    return c.json({ marked: body.data.text })
  })
}

async function readJson(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json()
  } catch {
    return undefined
  }
}
