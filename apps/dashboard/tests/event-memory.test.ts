import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { screening, seatMap } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const events = `/api/screenings/seats/events?${new URLSearchParams(screening).toString()}`
const perAddress = 100
const followers = 500

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Opens the streams at once, waits for the first event of each, and closes them. */
async function openAndClose(url: string): Promise<void> {
  const requests = Array.from({ length: followers }, (_, index) =>
    http.get(url + events, {
      agent: false,
      headers: { 'X-Forwarded-For': `203.0.113.${String(Math.floor(index / perAddress))}` },
    }),
  )
  const closed = requests.map(async (request) => {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    expect(response.statusCode).toBe(200)
    await once(response, 'data')
    request.destroy()
    await once(request, 'close')
  })
  await Promise.all(closed)
}

it('event streams leave no memory in use', async () => {
  let opened = 0
  const server = http.createServer((_req, res) => {
    opened += 1
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(`data: ${JSON.stringify(seatMap)}\n\n`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const dashboard = await startDashboard({
    BOOKING_URL: `http://127.0.0.1:${String(port)}`,
    TRUSTED_HOPS: '1',
    MAX_STREAMS_PER_ADDRESS: String(perAddress),
    MAX_STREAMS: String(followers),
  })
  const heapAfter = async () => {
    await openAndClose(dashboard.url)
    await eventually(() => {
      expect(dashboard.logs.lines.filter(({ status }) => status === 499)).toHaveLength(followers)
    })
    dashboard.logs.lines.length = 0
    collectGarbage()
    return process.memoryUsage().heapUsed / 1e6
  }

  const first = await heapAfter()
  const heaps = [await heapAfter(), await heapAfter(), await heapAfter()]

  expect(Math.max(...heaps) - first).toBeLessThan(10)
  expect(opened).toBeLessThan(20)
  await dashboard.stop()
  server.close()
})
