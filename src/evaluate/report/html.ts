/** Text -> HTML in which nothing but our own markup is markup. */

/** Text that is already HTML. */
export interface Html {
  readonly html: string
}

type Piece = string | number | Html | readonly Html[] | undefined

/**
 * Template tag: escapes whatever is put in, unless it is `Html` itself.
 *
 * @param texts - The literal parts, our own markup.
 * @param pieces - What is put in; `undefined` puts in nothing.
 * @returns The HTML.
 * @throws Never.
 * @example
 * const text = html`<b>${'a < b'}</b>`.html // text = '<b>a &lt; b</b>'
 */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: String.raw({ raw: texts }, ...pieces.map(render)) }
}

/**
 * Declares text to be HTML, for what another library has made and escaped.
 *
 * @param text - HTML.
 * @returns The HTML.
 * @throws Never.
 */
export function trustHtml(text: string): Html {
  return { html: text }
}

/**
 * Escapes text for element content and for quoted attributes.
 *
 * @param text - Any text.
 * @returns Text without `& < > " '`.
 * @throws Never.
 * @example
 * const text = escapeHtml('<a b="c">') // text = '&lt;a b=&quot;c&quot;&gt;'
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function render(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece))
  return 'html' in piece ? piece.html : piece.map(({ html }) => html).join('')
}
