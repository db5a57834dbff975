import { once } from 'node:events'
import net from 'node:net'
/**
 * Node accepts one connection a socket in each turn of its event loop (libuv's pull request 3696). Under overload a turn is
 * long, and new connections would wait for seconds before anything here sees them. Only Linux shares a port so well.
 */
const sockets = process.platform === 'linux' ? 16 : 1
/** Node's own 511 are full after a second of overload, and who finds no place is silently put off for seconds. */
const backlog = 4_096
/** The HTTP server, and others that hand it the connections they accept. */
export function createAcceptors(server) {
  const others = Array.from({ length: sockets - 1 }, () =>
    net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket)),
  )
  return [server, ...others]
}
/**
 * Listens at a port, any free one for 0.
 *
 * @returns the port
 * @throws Error `EADDRINUSE`
 */
export async function listen(server, options) {
  server.listen(options)
  await once(server, 'listening')
  return server.address().port
}
/** The same for all acceptors: they share the port with each other, and with nobody else. */
export async function listenTogether(acceptors, port, host) {
  const probe = net.createServer()
  const free = await listen(probe, { port, host })
  await close([probe])
  for (const acceptor of acceptors) {
    await listen(acceptor, { port: free, host, backlog, reusePort: acceptors.length > 1 })
  }
  return free
}
/** Accepts no connection any more; resolves when the last one has ended. Unlike http's own, it ends none itself. */
export async function close(servers) {
  const listening = servers.filter((server) => server.listening)
  const closed = listening.map((server) => once(server, 'close'))
  for (const server of listening) net.Server.prototype.close.call(server)
  await Promise.all(closed)
}
//# sourceMappingURL=acceptors.js.map
