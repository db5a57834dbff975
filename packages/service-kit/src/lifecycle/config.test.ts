import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ConfigError, address, adminTokens, baseConfig, readConfig, secret } from './config.ts'

const Config = z.object({
  ...baseConfig({ port: 8090, metricsPort: 9490 }),
  STORE_URL: address('postgres'),
  TOKEN: secret,
})
const good = { STORE_URL: 'postgres://localhost/a', TOKEN: 'long enough' }

describe('readConfig', () => {
  it('applies defaults, also to empty variables', () => {
    expect(readConfig(Config, { ...good, PORT: '', LOG_LEVEL: 'debug' })).toMatchObject({
      PORT: 8090,
      METRICS_PORT: 9490,
      LOG_LEVEL: 'debug',
    })
  })

  it('names every invalid variable on its own line, without its value', () => {
    const read = () =>
      readConfig(Config, {
        PORT: '99999',
        MAX_CONCURRENCY: '0',
        STORE_URL: 'mysql://root:hunter2@host/',
        TOKEN: '',
      })

    expect(read).toThrow(ConfigError)
    expect(read).toThrow(
      /:\n {2}PORT: .+\n {2}MAX_CONCURRENCY: .+\n {2}STORE_URL: must be a URL that begins with postgres:\/\/\n {2}TOKEN: is missing$/,
    )
    expect(read).not.toThrow(/hunter2|99999/)
  })

  it('takes admin tokens of at least 16 characters', () => {
    const read = (env: NodeJS.ProcessEnv) => readConfig(z.object(adminTokens), env)

    expect(() => read({ ADMIN_TOKEN: 'x'.repeat(15), ADMIN_TOKEN_PREVIOUS: 'short' })).toThrow(
      /ADMIN_TOKEN: must have at least 16 characters\n {2}ADMIN_TOKEN_PREVIOUS: must have at least 16/,
    )
    expect(read({ ADMIN_TOKEN: 'x'.repeat(16), ADMIN_TOKEN_PREVIOUS: '' })).toEqual({
      ADMIN_TOKEN: 'x'.repeat(16),
    })
  })

  it.each(['1.5', '-1', ' 80', '0x50', '8e3'])('rejects %j as a port', (PORT) => {
    expect(() => readConfig(Config, { ...good, PORT })).toThrow(/PORT: must be a port number/)
  })
})
