import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Writes `openapi.json` of the service in the current folder from its `src/openapi.ts`. */
const { openApi } = (await import(pathToFileURL(resolve('src/openapi.ts')).href)) as { openApi: object }
await writeFile('openapi.json', `${JSON.stringify(openApi, null, 2)}\n`)
