import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { freePort } from '@matinee/local-stack/process/ports'
import { checkPorts } from '../src/check-ports.ts'

describe('the check of ports', () => {
  it('says nothing when all are free', async () => {
    await checkPorts([await freePort(), await freePort()])
  })

  it.each(['127.0.0.1', '0.0.0.0'])('names every port that is taken on %s, and by whom', async (host) => {
    const servers = [createServer().listen(0, host), createServer().listen(0, host)]
    await Promise.all(servers.map((server) => once(server, 'listening')))
    const [one, two] = servers.map((server) => (server.address() as AddressInfo).port)
    const us = `\\(by (process ${process.pid}: .*node.*|another program)\\)`
    await expect(checkPorts([Number(one), await freePort(), Number(two)])).rejects.toThrow(
      new RegExp(
        `^These ports are taken: ${one} ${us}, ${two} ${us}\\. End what holds them, then try again\\.$`,
      ),
    )
    for (const server of servers) server.close()
  })
})
