// In the place of a built service: ready at once, and shows its environment to whoever asks.
import http from 'node:http'

const { HOST, PORT, BROKEN } = process.env

function log(level: string, message: string): void {
  process.stdout.write(`${JSON.stringify({ level, message, timestamp: new Date().toISOString() })}\n`)
}

const server = http.createServer((req, res) => {
  res.end(req.url === '/env' ? JSON.stringify(process.env) : 'ok')
})
if (BROKEN) {
  log('error', BROKEN)
  process.exitCode = 1
} else {
  server.listen(Number(PORT), HOST)
}
process.once('SIGTERM', () => {
  log('info', 'stopped')
  server.close()
  server.closeAllConnections()
})
