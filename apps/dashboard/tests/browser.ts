export interface Shown {
  status: number
  headers: Headers
  text: string
  location: string | null
}

export interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Shown>
  /** Submits the form with this action on the last page, with `values` in place of what it holds. */
  submit(
    action: string,
    values?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<Shown>
  /** Posts fields without a form. */
  post(path: string, fields: [string, string][], headers?: Record<string, string>): Promise<Shown>
  cookies: Map<string, string>
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescape(value)
}

/** The fields that a browser would submit. */
export function fieldsOf(page: string, action: string): [string, string][] {
  const form = page
    .split('<form')
    .slice(1)
    .map((part) => part.split('</form>')[0] ?? '')
    .find((part) => part.includes(`action="${action}"`))
  if (form === undefined) throw new Error(`There is no form to ${action}`)
  const fields: [string, string][] = []
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const [name, type] = [attribute(tag, 'name'), attribute(tag, 'type')]
    if (name === undefined || /\sdisabled/.test(tag)) continue
    if ((type === 'checkbox' || type === 'radio') && !/\schecked/.test(tag)) continue
    fields.push([name, attribute(tag, 'value') ?? ''])
  }
  for (const [, tag = '', text = ''] of form.matchAll(/<textarea([^>]*)>([^<]*)</g))
    fields.push([attribute(tag, 'name') ?? '', unescape(text)])
  for (const [, tag = '', options = ''] of form.matchAll(/<select([^>]*)>(.*?)<\/select>/gs)) {
    const all = [...options.matchAll(/<option([^>]*)>([^<]*)</g)]
    const selected = all.find(([, option = '']) => /\sselected/.test(option)) ?? all[0]
    fields.push([
      attribute(tag, 'name') ?? '',
      attribute(selected?.[1] ?? '', 'value') ?? selected?.[2] ?? '',
    ])
  }
  return fields
}

/** A browser without JavaScript: keeps cookies and fills in forms, but does not follow redirects. */
export function createBrowser(baseUrl: string): Browser {
  const cookies = new Map<string, string>()
  let last = ''

  async function send(
    path: string,
    { headers: given, ...init }: { method?: string; body?: URLSearchParams; headers: Record<string, string> },
  ): Promise<Shown> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(baseUrl + path, {
      ...init,
      redirect: 'manual',
      headers: { Accept: 'text/html', ...(cookie !== '' && { Cookie: cookie }), ...given },
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    // HTML ignores line breaks.
    const text = (await response.text()).replace(/\s+/g, ' ')
    if (response.status < 300 || (response.status >= 400 && text.includes('<form'))) last = text
    const { status, headers } = response
    return { status, headers, text, location: headers.get('location') }
  }

  const browser: Browser = {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields, headers = {}) =>
      send(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    submit(action, values = {}, headers = {}) {
      const kept = fieldsOf(last, action).filter(([name]) => !(name in values))
      const typed = Object.entries(values).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      )
      return browser.post(action, [...kept, ...typed], headers)
    },
  }
  return browser
}
