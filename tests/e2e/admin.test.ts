import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Browser, Locator, Page } from 'playwright-core'
import { adminToken } from './support/api.ts'
import { launchChromium } from './support/chromium.ts'
import { visit } from './support/pages.ts'

/** The row of a movie or theatre in the overview, on any of its pages. */
async function findRow(page: Page, kind: 'movies' | 'theatres', name: string): Promise<Locator | undefined> {
  const row = page.locator('li', { hasText: name })
  const more = page.getByRole('link', { name: `More ${kind}` })
  await page.goto('/admin')
  while (!(await row.isVisible())) {
    if (!(await more.isVisible())) return undefined
    await page.goto((await more.getAttribute('href')) ?? '')
  }
  return row
}

/** Submits a form with a button, and waits for the redirect. */
async function send(page: Page, button: Locator | undefined): Promise<void> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST')
  await button?.click()
  expect((await answer).status()).toBe(303)
}

describe('an admin in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser.close())

  it.each([
    ['with JavaScript', true],
    ['without JavaScript', false],
  ])(
    'adds a theatre and a movie, closes and deletes them, %s',
    async (how, javaScript) => {
      const name = randomUUID().slice(0, 8)
      const admin = await visit(browser, `admin ${how}`.replaceAll(' ', '-'), { javaScript })
      const { page, shoot } = admin

      await page.goto('/admin')
      await page.getByLabel('Admin token').fill('not the token')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await shoot('wrong-token')
      await page.getByLabel('Admin token').fill(adminToken())
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('link', { name: 'Add a theatre' }).click()
      await page.getByLabel('Name').fill(`Palace ${name}`)
      await page.getByLabel('City').fill('Lyon')
      await page.getByLabel('Time zone').fill('Europe/Paris')
      await page.getByLabel('Price of a seat').fill('950')
      await page.getByLabel('Currency').fill('EUR')
      await page.getByLabel('Screens').fill('Main, 4 x 6')
      await shoot('theatre')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('link', { name: 'Add a movie' }).click()
      await page.getByLabel('Title').fill(`Feature ${name}`)
      await page.getByLabel('Minutes').fill('90')
      await shoot('movie')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: 'Admin' }).waitFor()
      await shoot('admin')

      const customer = await visit(browser, `admin-${how.replaceAll(' ', '-')}-customer`, { javaScript })
      await customer.page.goto(`/?q=Feature%20${name}`)
      await customer.page.getByRole('link', { name: `Feature ${name}` }).click()
      expect(await customer.page.locator('main').innerText()).toContain(`Palace ${name}`)
      await customer.shoot('movie')

      const open = await findRow(page, 'theatres', `Palace ${name}`)
      await send(page, open?.getByRole('button', { name: `Close Palace ${name}` }))
      const closed = await findRow(page, 'theatres', `Palace ${name}`)
      await closed?.getByRole('button', { name: `Open Palace ${name}` }).waitFor()
      await customer.page.reload()
      expect(await customer.page.locator('section', { hasText: `Palace ${name}` }).innerText()).toContain(
        'closed',
      )

      for (const [kind, thing] of [
        ['movies', `Feature ${name}`],
        ['theatres', `Palace ${name}`],
      ] as const) {
        const row = await findRow(page, kind, thing)
        await row?.locator('summary').click()
        await send(page, row?.getByRole('button', { name: `Delete ${thing}` }))
        expect(await findRow(page, kind, thing)).toBeUndefined()
      }
      await page.getByRole('link', { name: 'System' }).click()
      await shoot('system')
      expect(admin.complaints).toEqual([])
      await customer.close()
      await admin.close()
    },
    60_000,
  )
})
