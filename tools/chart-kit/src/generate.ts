import { writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { charts } from './charts.ts'
import { goldenRenders } from './golden.ts'
import { isHelmThere } from './helm.ts'
import { readmeOf } from './readme.ts'
import { schemaOf } from './schema.ts'

/** Writes a file in prettier's format. */
async function write(file: string, text: string): Promise<void> {
  const options = await resolveConfig(file)
  await writeFile(file, await format(text, { ...options, filepath: file }))
}

for (const chart of charts) {
  const schema = schemaOf(chart)
  await write(`${chart.dir}/values.schema.json`, JSON.stringify(schema))
  await write(`${chart.dir}/README.md`, readmeOf(chart, schema))
}

// After all schemas: Helm validates the values of every render.
if (await isHelmThere()) {
  for (const chart of charts) {
    for (const [file, render] of await goldenRenders(chart)) await writeFile(`${chart.dir}/${file}`, render)
  }
} else {
  process.stdout.write(
    'helm is missing, so the golden renders were not updated (https://helm.sh/docs/intro/install).\n',
  )
}
