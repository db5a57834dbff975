import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Below the ports that systems give to outgoing connections: none of those takes the port of a killed service. */
const FIRST_PORT = 10_000
const BLOCK_SIZE = 16
const BLOCKS = 1_400

const available: number[] = []

async function listen(port: number, host: string): Promise<Server | undefined> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

/** Whether a server could listen on this port of the loopback address and of all addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const server = await listen(port, host)
    if (!server) return false
    server.close()
    await once(server, 'close')
  }
  return true
}

/**
 * A port that nobody listens on and that no other run of these tools is given for as long as this process lives: its
 * block is claimed by a listener on the first port of the block.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = available.shift()
    if (port === undefined) await claimBlock()
    else if (await isPortFree(port)) return port
  }
}

async function claimBlock(): Promise<void> {
  const first = FIRST_PORT + randomInt(BLOCKS) * BLOCK_SIZE
  const claim = await listen(first, '127.0.0.1')
  claim?.unref()
  if (claim) for (let port = first + 1; port < first + BLOCK_SIZE; port += 1) available.push(port)
}
