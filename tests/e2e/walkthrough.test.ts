import { expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { adminToken, baseUrl } from './support/api.ts'

const run = promisify(execFile)
const walkthrough = new URL('../../docs/walkthrough.md', import.meta.url)
const mark = '--- next block ---'

/** The shell blocks of a page, each with the output that the page shows after it. */
function blocks(markdown: string): { command: string; output: string | undefined }[] {
  const fences = [...markdown.matchAll(/^```(sh|text)\n(.*?)^```$/gms)]
  return fences.flatMap(([, kind, content = ''], index) => {
    if (kind !== 'sh') return []
    const next = fences[index + 1]
    return [{ command: content, output: next?.[1] === 'text' ? next[2] : undefined }]
  })
}

it('docs/walkthrough.md: every command does what the page says', async () => {
  const steps = blocks(await readFile(walkthrough, 'utf8'))
  expect(steps.length).toBeGreaterThan(8)
  const folder = await mkdtemp(join(tmpdir(), 'walkthrough-'))
  const script = ['set -euo pipefail', ...steps.map(({ command }) => `${command}\necho '${mark}'`)].join('\n')
  try {
    const { stdout } = await run('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder, BASE_URL: baseUrl, ADMIN_TOKEN: adminToken() },
    })
    const outputs = stdout.split(`${mark}\n`)
    const shown = steps.map(({ command, output }, index) => ({
      command,
      output: output === undefined ? undefined : outputs[index],
    }))
    expect(shown).toEqual(steps)
  } finally {
    await rm(folder, { recursive: true })
  }
})
