import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * Node accepts one connection per listening socket in each turn of its event loop (libuv pull request 3696). Under overload
 * a turn is long, and new connections would wait for seconds. Only Linux balances a shared port (SO_REUSEPORT).
 */
const sockets = process.platform === 'linux' ? 16 : 1
/** Node's default of 511 is full after a second of overload, and then the kernel drops connections, which retry seconds later. */
const backlog = 4_096

/** The HTTP server, and further sockets that hand it the connections they accept. */
export function createAcceptors(server: http.Server): net.Server[] {
  const others = Array.from({ length: sockets - 1 }, () =>
    net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket)),
  )
  return [server, ...others]
}

/**
 * Listens on a port; 0 means any free one.
 *
 * @returns the port
 * @throws Error `EADDRINUSE`
 */
export async function listen(server: net.Server, options: net.ListenOptions): Promise<number> {
  server.listen(options)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Makes all acceptors listen on one port, which they share with no other process. */
export async function listenTogether(acceptors: net.Server[], port: number, host: string): Promise<number> {
  const probe = net.createServer()
  const free = await listen(probe, { port, host })
  await close([probe])
  for (const acceptor of acceptors) {
    await listen(acceptor, { port: free, host, backlog, reusePort: acceptors.length > 1 })
  }
  return free
}

/** Stops accepting connections; resolves when the last one has ended. Unlike `http.Server.close`, it closes none itself. */
export async function close(servers: net.Server[]): Promise<void> {
  const listening = servers.filter((server) => server.listening)
  const closed = listening.map((server) => once(server, 'close'))
  for (const server of listening) net.Server.prototype.close.call(server)
  await Promise.all(closed)
}
