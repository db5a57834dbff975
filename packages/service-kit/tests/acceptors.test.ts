import http from 'node:http'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { close, createAcceptors, listenTogether } from '../src/overload/acceptors.ts'

describe('acceptors', () => {
  let server: http.Server
  let acceptors: net.Server[]
  let port: number
  beforeEach(async () => {
    server = http.createServer((_req, res) => res.end())
    acceptors = createAcceptors(server)
    port = await listenTogether(acceptors, 0, '127.0.0.1')
  })
  afterEach(async () => {
    server.closeAllConnections()
    await close(acceptors)
  })

  // A single socket accepts one per turn, and other systems have a single one.
  const onLinux = process.platform === 'linux' ? it : it.skip
  onLinux('accept many connections in one turn of the event loop', async () => {
    let accepted = 0
    server.on('connection', () => (accepted += 1))
    const clients = Array.from({ length: 64 }, () => net.connect(port, '127.0.0.1'))
    let most = 0
    while (accepted < clients.length) {
      const before = accepted
      await turn()
      most = Math.max(most, accepted - before)
    }
    for (const client of clients) client.destroy()

    expect(most).toBeGreaterThan(4)
  })

  it('serve alike, and share their port with no other server', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }),
      ),
    )

    expect(answers.filter(({ ok }) => ok)).toHaveLength(50)
    const others = createAcceptors(http.createServer())
    await expect(listenTogether(others, port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('accept no connection after they are closed', async () => {
    await close(acceptors)

    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed')
  })
})
