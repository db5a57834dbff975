/** Checks that every relative link and anchor in the Markdown files leads somewhere: a step of `make verify`. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('../../', import.meta.url)))

/** The text of a page without its code. */
const prose = (page: string) => readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '')

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path ? join(dirname(page), decodeURIComponent(path)) : page
  return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
}

const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']
const pages = execFileSync('git', listed, { encoding: 'utf8' }).split('\n').filter(existsSync)
const broken = pages.flatMap((page) =>
  [
    ...prose(page)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\((?!\w+:)([^)\s]+)\)/g),
  ]
    .map(([, link = '']) => link)
    .filter((link) => isBroken(page, link))
    .map((link) => `${page}: ${link}\n`),
)
process.stdout.write(broken.join(''))
process.exitCode = broken.length > 0 ? 1 : 0
