import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends these bytes to the host of `url`, and reads what comes back until the server closes the connection. */
export async function rawRequest(url: string, bytes: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(bytes, 'latin1')
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString('latin1')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text }
}
