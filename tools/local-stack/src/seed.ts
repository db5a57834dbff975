import { fileURLToPath } from 'node:url'
import { run } from './process/process.ts'
import type { Stack } from './stack.ts'

const movie = fileURLToPath(new URL('../../../apps/movie', import.meta.url))

/** Fills the catalogue by the movie service's own program. Throws with its complaint when it fails. */
export async function seed(
  { services, adminToken }: Pick<Stack, 'services' | 'adminToken'>,
  say?: (line: string) => void,
): Promise<void> {
  const env = {
    ...process.env,
    MOVIE_URL: services.movie.url,
    THEATRE_URL: services.theatre.url,
    ADMIN_TOKEN: adminToken,
  }
  await run({ file: process.execPath, args: ['dist/seed.js'], cwd: movie, env }, say)
}
