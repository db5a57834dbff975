import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const names = ['ADMIN_TOKEN', 'FINGERPRINT_SECRET', 'SESSION_SECRET'] as const
export type Secrets = Record<(typeof names)[number], string>

export function newSecrets(): Secrets {
  const entries = names.map((name) => [name, randomBytes(24).toString('base64url')])
  return Object.fromEntries(entries) as Secrets
}

/** Those that the user set. */
export function givenSecrets(env: NodeJS.ProcessEnv): Partial<Secrets> {
  return Object.fromEntries(names.filter((name) => env[name]).map((name) => [name, env[name]]))
}

/**
 * Those that kept data depends on, from a file that only its owner reads, made when it is not there: with another
 * FINGERPRINT_SECRET a repeated payment would not be recognised, with another SESSION_SECRET nobody stays known.
 */
export async function keptSecrets(file: string): Promise<Partial<Secrets>> {
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept) return JSON.parse(kept) as Partial<Secrets>
  const { FINGERPRINT_SECRET, SESSION_SECRET } = newSecrets()
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify({ FINGERPRINT_SECRET, SESSION_SECRET }), { mode: 0o600 })
  return { FINGERPRINT_SECRET, SESSION_SECRET }
}
