import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { addScreening, api, baseUrl, customer } from './support/api.ts'
import { launchChromium } from './support/chromium.ts'
import { fillCard, holdSeats, visit } from './support/pages.ts'

const pay = { name: /^Pay / }

describe('a customer in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser.close())

  it.each([
    ['with JavaScript', { javaScript: true }],
    ['without JavaScript', { javaScript: false }],
    ['on a phone, in the dark', { width: 390, dark: true }],
  ])(
    'books a ticket and cancels it, %s',
    async (how, options) => {
      const { theatre, movie } = await addScreening()
      const customerVisit = await visit(browser, `customer ${how}`.replaceAll(/\W+/g, '-'), options)
      const { page, shoot } = customerVisit

      await holdSeats(customerVisit, { title: movie.title, theatre: theatre.name, seats: ['C4', 'C5'] })
      await page.getByRole('heading', { name: 'Pay for your seats' }).waitFor()
      expect(await page.locator('main').innerText()).toContain('€24.00')
      await shoot('pay')
      await fillCard(customerVisit, '4000 0000 0000 0002')
      await page.getByRole('button', pay).click()
      expect(await page.locator('main').innerText()).toContain(
        'Nothing was charged, and your seats are still held',
      )
      await shoot('declined')
      await fillCard(customerVisit, '4242 4242 4242 4242')
      await page.getByRole('button', pay).click()
      await page.getByRole('heading', { name: 'Booking confirmed, enjoy!' }).waitFor()
      expect(await page.locator('.reference').innerText()).toMatch(/^[A-Z2-9]{8}$/)
      expect(await page.locator('.qr svg').count()).toBe(1)
      await shoot('ticket')

      await page.getByRole('link', { name: 'All my bookings' }).click()
      expect(await page.locator('main').innerText()).toContain(movie.title)
      await shoot('bookings')
      await page.goBack()
      await page.getByRole('button', { name: 'Cancel this booking' }).click()
      await page.getByRole('heading', { name: 'Booking cancelled' }).waitFor()
      expect(await page.locator('main').innerText()).toContain('€24.00 were paid back')
      await shoot('cancelled')

      expect(customerVisit.complaints).toEqual([])
      expect([...customerVisit.hosts]).toEqual([new URL(baseUrl).host])
      await customerVisit.close()
    },
    60_000,
  )

  it('sees live when others take seats', async () => {
    const { theatre, movie, showtime } = await addScreening()
    const watching = await visit(browser, 'live')
    const query = new URLSearchParams({ theatreId: theatre.id, showtime }).toString()
    await watching.page.goto(`/movies/${movie.id}/seats?${query}`)
    await watching.page.getByRole('checkbox', { name: 'B2', exact: true }).waitFor()

    const held = await api('POST', '/bookings', {
      movieId: movie.id,
      theatreId: theatre.id,
      seats: ['B2'],
      customer,
    })

    expect(held.status).toBe(201)
    await watching.page.getByRole('checkbox', { name: 'B2, held' }).waitFor({ timeout: 5_000 })
    expect(await watching.page.locator('[data-free]').innerText()).toBe('39')
    await watching.shoot('held')
    await watching.close()
  }, 30_000)

  it('is told which seat was taken, and keeps the input', async () => {
    const { theatre, movie, showtime } = await addScreening()
    const late = await visit(browser, 'late', { javaScript: false })
    const query = new URLSearchParams({ theatreId: theatre.id, showtime }).toString()
    await late.page.goto(`/movies/${movie.id}/seats?${query}`)
    await late.page.getByRole('checkbox', { name: 'A1', exact: true }).check()
    await late.page.getByLabel('Name', { exact: true }).fill('Grace Hopper')
    await late.page.getByLabel('E-mail').fill('grace@example.com')
    await api('POST', '/bookings', { movieId: movie.id, theatreId: theatre.id, seats: ['A1'], customer })

    await late.page.getByRole('button', { name: 'Hold these seats' }).click()

    expect(await late.page.locator('main').innerText()).toContain('A1')
    expect(await late.page.getByLabel('Name', { exact: true }).inputValue()).toBe('Grace Hopper')
    expect(await late.page.getByRole('checkbox', { name: 'A1, held' }).isDisabled()).toBe(true)
    await late.shoot('taken')
    await late.close()
  }, 30_000)

  it('is protected against CSRF', async () => {
    const { theatre, movie, showtime } = await addScreening()
    const form = new URLSearchParams({
      theatreId: theatre.id,
      showtime,
      pick: 'best',
      quantity: '1',
      ...customer,
    })
    const forged = await fetch(`${baseUrl}/movies/${movie.id}/seats`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form,
      redirect: 'manual',
    })
    expect(forged.status).toBe(403)
    const sameSiteWithoutToken = await fetch(`${baseUrl}/movies/${movie.id}/seats`, {
      method: 'POST',
      headers: { Origin: baseUrl, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form,
      redirect: 'manual',
    })
    expect(sameSiteWithoutToken.status).toBe(403)
  })
})
