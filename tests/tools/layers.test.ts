import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from '@jest/globals'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Violation {
  rule: { name: string }
  from: string
  to: string
}

/** What is wrong with a folder whose files each import these modules. */
async function violations(imports: Record<string, string[]>): Promise<Violation[]> {
  const folder = await mkdtemp(join(tmpdir(), 'matinee-layers-'))
  try {
    for (const [file, modules] of Object.entries(imports)) {
      await mkdir(join(folder, dirname(file)), { recursive: true })
      await writeFile(join(folder, file), modules.map((module) => `import '${module}'\n`).join(''))
    }
    const config = join(root, '.dependency-cruiser.js')
    const { stdout } = await promisify(execFile)(
      join(root, 'node_modules/.bin/depcruise'),
      ['--config', config, '--output-type', 'json', '.'],
      { cwd: folder },
    ).catch((error: unknown) => error as { stdout: string })
    return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations
  } finally {
    await rm(folder, { recursive: true })
  }
}

const movie = 'apps/movie/src'
const service: Record<string, string[]> = {
  [`${movie}/routes/movies.ts`]: ['../domain/add-movie.ts', 'express'],
  [`${movie}/domain/add-movie.ts`]: ['./context.ts'],
  [`${movie}/domain/context.ts`]: ['../events.ts'],
  [`${movie}/data/movie-store.ts`]: ['../domain/context.ts', 'mongoose'],
  [`${movie}/clients/theatre.ts`]: ['../domain/context.ts'],
  [`${movie}/events.ts`]: [],
  'apps/dashboard/src/web/pages.ts': [],
  'apps/dashboard/src/edge/edge.ts': [],
  'packages/service-kit/src/router.ts': [],
}

const planted: [rule: string, file: string, module: string][] = [
  ['domain-knows-no-other-layer', `${movie}/domain/context.ts`, '../data/movie-store.ts'],
  ['domain-knows-no-other-layer', `${movie}/domain/add-movie.ts`, '../clients/theatre.ts'],
  ['domain-knows-no-driver', `${movie}/domain/context.ts`, 'express'],
  ['domain-knows-no-driver', `${movie}/domain/context.ts`, 'pg'],
  ['routes-call-the-domain', `${movie}/routes/movies.ts`, '../data/movie-store.ts'],
  ['data-and-clients-know-the-domain-only', `${movie}/data/movie-store.ts`, '../clients/theatre.ts'],
  ['web-and-edge-apart', 'apps/dashboard/src/edge/edge.ts', '../web/pages.ts'],
  ['services-share-packages-only', `${movie}/events.ts`, '../../dashboard/src/web/pages.ts'],
  [
    'packages-know-no-service-and-no-tool',
    'packages/service-kit/src/router.ts',
    `../../../${movie}/events.ts`,
  ],
]

describe('The rules of imports', () => {
  let found: Violation[]
  beforeAll(async () => {
    const files = structuredClone(service)
    files[`${movie}/events.ts`]?.push('./domain/context.ts')
    for (const [, file, module] of planted) files[file]?.push(module)
    found = await violations(files)
  })

  it('let routes, data and clients import the domain', async () => {
    expect(await violations(service)).toEqual([])
  })

  it('no-cycle: two modules may not import each other', () => {
    const cycles = found.filter(({ rule }) => rule.name === 'no-cycle')
    // Which of the two is at fault is arbitrary.
    expect(cycles.map(({ from, to }) => [from, to].sort())).toContainEqual([
      `${movie}/domain/context.ts`,
      `${movie}/events.ts`,
    ])
  })

  it.each(planted)('%s: %s may not import %s', (name, from, module) => {
    expect(found).toContainEqual(
      expect.objectContaining({
        rule: expect.objectContaining({ name }),
        from,
        to: expect.stringContaining(module.replace(/^[./]+/, '')),
      }),
    )
  })
})
