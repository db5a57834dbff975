import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { aptInstall, checkReachable, timed } from '@matinee/local-stack/databases/fetch'
import { findProgram, run } from '@matinee/local-stack/process/process'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const playwrightCli = new URL('../../../node_modules/playwright-core/cli.js', import.meta.url).pathname
const say = (line: string) => process.stderr.write(`${line}\n`)

async function installed(): Promise<string | undefined> {
  for (const name of names) {
    const found = await findProgram(name, process.env)
    if (found) return found
  }
  return undefined
}

/** Playwright's own browser, if its download host is reachable. */
async function downloaded(): Promise<string | undefined> {
  try {
    await checkReachable('https://cdn.playwright.dev')
  } catch (error) {
    say(`chromium: ${(error as Error).message}; trying another way`)
    return undefined
  }
  await timed(say, "chromium: playwright's download", () =>
    run({ file: process.execPath, args: [playwrightCli, 'install', 'chromium'], env: process.env }),
  )
  return chromium.executablePath()
}

async function fromApt(): Promise<string | undefined> {
  await aptInstall(['chromium'], { env: process.env, say })
  return await installed()
}

/**
 * Launches Chromium: the one that `CHROMIUM` names, one on PATH, Playwright's, or Debian's.
 *
 * @throws Error that says what to install
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath =
    process.env['CHROMIUM'] ?? (await installed()) ?? (await downloaded()) ?? (await fromApt())
  if (!executablePath) throw new Error('Chromium was not found. Install it, or set CHROMIUM to its path.')
  // Chromium's sandbox does not work as root; the pages are our own.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}
