// A post-renderer for the released chart. Its own image answered the dashboard's probes on the public port; the image of
// today, which the test runs, answers them on the metrics port.
import { text } from 'node:stream/consumers'

const documents = (await text(process.stdin)).split(/^---$/m)
const rendered = documents.map((document) =>
  /^kind: Deployment$/m.test(document) && /^ {2}name: dashboard$/m.test(document)
    ? document.replace(/port: http$/gm, 'port: metrics')
    : document,
)
process.stdout.write(rendered.join('---'))
