import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Password {
  value: string
  /** The file that holds it, which only its owner reads. */
  file: string
}

/**
 * The password of a server's administrator, kept in `file`: made for new data; undefined for data from before there were
 * passwords.
 */
export async function passwordIn(file: string, hasData: boolean): Promise<Password | undefined> {
  if (hasData) {
    const value = await readFile(file, 'utf8').catch(() => undefined)
    return value === undefined ? undefined : { value, file }
  }
  const value = randomBytes(24).toString('hex')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, value, { mode: 0o600 })
  return { value, file }
}

/** What to say of data without a password. @param data where it is */
export function openToAll(data: string): string {
  return `${data} was made without a password, so every user of this machine can read it; delete it to start anew with one`
}

/** The part of a URL that names the administrator. */
export function credentials(user: string, password: Password | undefined): string {
  return password ? `${user}:${password.value}` : user
}
