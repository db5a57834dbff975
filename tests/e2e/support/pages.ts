import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { baseUrl } from './api.ts'

const folder = join(import.meta.dirname, '../screenshots')

interface Visit {
  page: Page
  /** Takes a screenshot of the page into `screenshots/`. */
  shoot: (name: string) => Promise<void>
  /** Errors in the browser's console, of scripts and the content security policy. */
  complaints: string[]
  /** The hosts of all requests. */
  hosts: Set<string>
  close(): Promise<void>
}

/** A new visitor with an empty cookie jar. */
export async function visit(
  browser: Browser,
  name: string,
  { javaScript = true, width = 1000, dark = false } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    javaScriptEnabled: javaScript,
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  let count = 0
  page.on('console', (message) => {
    // Chromium logs every response with a status of 400 or more as an error; tests check how the page shows it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (request.url().startsWith('http')) hosts.add(new URL(request.url()).host)
  })
  await mkdir(folder, { recursive: true })
  return {
    page,
    complaints,
    hosts,
    shoot: async (what) => {
      count += 1
      const file = `${name}-${String(count).padStart(2, '0')}-${what}.png`
      await page.screenshot({ path: join(folder, file), fullPage: true })
    },
    close: () => context.close(),
  }
}

/** Goes from the list of movies to the card form, as a customer does. */
export async function holdSeats(
  { page, shoot }: Visit,
  { title, theatre, seats }: { title: string; theatre: string; seats: string[] },
): Promise<void> {
  await page.goto(`/?q=${encodeURIComponent(title)}`)
  await shoot('movies')
  await page.getByRole('link', { name: title }).click()
  await shoot('showtimes')
  await page.locator('section', { hasText: theatre }).locator('a.time').first().click()
  await page.getByRole('radio', { name: 'The seats that I choose here:' }).check()
  for (const seat of seats) await page.getByRole('checkbox', { name: seat, exact: true }).check()
  await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace')
  await page.getByLabel('E-mail').fill(`ada-${String(Math.random()).slice(2)}@example.com`)
  await shoot('seats')
  await page.getByRole('button', { name: 'Hold these seats' }).click()
}

export async function fillCard({ page }: Visit, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel('Expires').fill('12/39')
  await page.getByLabel('Security code').fill('123')
  await page.getByLabel('Name on the card').fill('Ada Lovelace')
}
