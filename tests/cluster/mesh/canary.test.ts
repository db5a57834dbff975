import { afterAll, describe, expect, it } from '@jest/globals'
import { api } from '../../e2e/support/api.ts'
import { core, kubectl, node, program } from '../support/kube.ts'

const namespace = 'matinee'
const requests = 200

const shift = (weight: number) => program('scripts/cluster/canary', [], { WEIGHT: String(weight) })

afterAll(() => shift(0))

/** How many requests for the list of movies the pods of a track have answered since their start. */
async function answeredBy(track: string): Promise<number> {
  const { items } = await core.listNamespacedPod({
    namespace,
    labelSelector: `app.kubernetes.io/name=movie,track=${track}`,
  })
  const counts = items.map(async ({ metadata }) => {
    const metrics = await node(
      namespace,
      metadata?.name ?? '',
      "console.log(await (await fetch('http://127.0.0.1:9464/metrics')).text())",
    )
    const lines = metrics.matchAll(
      /^http_request_duration_seconds_count\{[^}]*route="\/movies"[^}]*\} (\d+)/gm,
    )
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

/** The share of requests that goes to the canary, and how many requests fail. */
async function share() {
  const before = await answeredBy('canary')
  const statuses = []
  for (let n = 0; n < requests; n += 1) statuses.push((await api('GET', '/movies?limit=1')).status)
  return {
    canary: ((await answeredBy('canary')) - before) / requests,
    failed: statuses.filter((status) => status !== 200).length,
  }
}

/** How many of a sequence of requests fail during a change. */
async function failedDuring(change: () => Promise<unknown>): Promise<number> {
  let failed = 0
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted) if ((await api('GET', '/movies?limit=1')).status !== 200) failed += 1
  })()
  await change()
  over.abort()
  await asking
  return failed
}

describe('a canary of movie', () => {
  it('gets its share with one command, and no request fails', async () => {
    expect(await failedDuring(() => shift(20))).toBe(0)

    const { canary, failed } = await share()
    process.stderr.write(`canary at weight 20: ${canary * 100} % of ${requests} requests\n`)
    expect(failed).toBe(0)
    expect(canary).toBeGreaterThan(0.1)
    expect(canary).toBeLessThan(0.32)
  })

  it('gets every request at weight 100', async () => {
    await shift(100)

    expect(await share()).toEqual({ canary: 1, failed: 0 })
  })

  it('is removed with one command, and no request fails', async () => {
    expect(await failedDuring(() => shift(0))).toBe(0)

    expect(await kubectl('get', 'deployment', '--namespace', namespace, '--output=name')).not.toContain(
      'canary',
    )
    expect((await api('GET', '/movies?limit=1')).status).toBe(200)
  })
})
