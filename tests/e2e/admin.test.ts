import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { adminToken } from '../src/api.ts'
import { launchChromium } from '../src/chromium.ts'
import { visit } from '../src/pages.ts'

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

      await page.getByRole('button', { name: `Close Palace ${name}` }).click()
      await page.getByRole('button', { name: `Open Palace ${name}` }).waitFor()
      await customer.page.reload()
      expect(await customer.page.locator('section', { hasText: `Palace ${name}` }).innerText()).toContain(
        'closed',
      )

      for (const thing of [`Feature ${name}`, `Palace ${name}`]) {
        const row = page.locator('li', { hasText: thing })
        await row.locator('summary').click()
        await row.getByRole('button', { name: `Delete ${thing}` }).click()
        await row.waitFor({ state: 'detached' })
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
