import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { eventually } from '@matinee/test-kit/eventually'
import { api, asAdmin, baseUrl, holdSeat } from '../../e2e/support/api.ts'
import { helm } from '../support/kube.ts'

const namespace = 'matinee'
const issuer = 'https://id.example'
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 })
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwks = JSON.stringify({
  keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }],
})

/** A JWT, by default valid for a minute. */
function jwt({ iss = issuer, key = ours.privateKey, seconds = 60 } = {}): Record<string, string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + seconds
  const signed = `${part({ alg: 'RS256', kid: 'a' })}.${part({ iss, sub: 'ada', exp })}`
  return { 'X-Jwt-Assertion': `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}` }
}

const upgrade = (jwt: object) =>
  helm(
    'upgrade',
    'dashboard',
    'charts/dashboard',
    '--namespace',
    namespace,
    '--reset-then-reuse-values',
    '--set-json',
    `istio.jwt=${JSON.stringify(jwt)}`,
  )

const addTheatre = async (headers: Record<string, string>) => {
  const theatre = {
    name: `Guarded ${crypto.randomUUID()}`,
    city: 'Testville',
    price: { amount: 1200, currency: 'EUR' },
    screens: [{ name: 'One', rows: 2, seatsPerRow: 2 }],
  }
  const response = await fetch(`${baseUrl}/api/theatres`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID(), ...headers },
    body: JSON.stringify(theatre),
  })
  return response.status
}

describe('with a JWT required at the gateway', () => {
  let held: Awaited<ReturnType<typeof holdSeat>>
  beforeAll(async () => {
    held = await holdSeat()
    await upgrade({ enabled: true, issuer, jwks })
    await eventually(async () => {
      expect(await addTheatre(asAdmin())).toBe(403)
    }, 20_000)
  })

  afterAll(async () => {
    await upgrade({ enabled: false, issuer: '', jwks: '' })
    await eventually(async () => {
      expect(await addTheatre(asAdmin())).toBe(201)
    }, 20_000)
  })

  it.each<[string, Record<string, string>, number]>([
    ['both', { ...asAdmin(), ...jwt() }, 201],
    ['the admin token alone', asAdmin(), 403],
    ['the JWT alone', jwt(), 401],
    ['neither', {}, 403],
    ['a JWT signed with another key', { ...asAdmin(), ...jwt({ key: theirs.privateKey }) }, 401],
    ['a JWT from another issuer', { ...asAdmin(), ...jwt({ iss: 'https://other.example' }) }, 401],
    ['an expired JWT', { ...asAdmin(), ...jwt({ seconds: -120 }) }, 401],
  ])('an admin with %s', async (_, headers, status) => {
    expect(await addTheatre(headers)).toBe(status)
  })

  it('does not affect customers', async () => {
    expect((await api('GET', '/movies')).status).toBe(200)
    expect((await api('POST', `/bookings/${held.id}/cancel`)).status).toBe(200)
  })

  it('refuses an admin sign-in without a JWT', async () => {
    const response = await fetch(`${baseUrl}/admin/sign-in`, { method: 'POST' })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('RBAC')
  })
})
