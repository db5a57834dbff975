// In the place of a built service: ready at once, and shows its environment to whoever asks.
import http from 'node:http'

const { HOST, PORT, METRICS_PORT, BROKEN } = process.env

function log(level: string, message: string): void {
  process.stdout.write(`${JSON.stringify({ level, message, timestamp: new Date().toISOString() })}\n`)
}

const answer: http.RequestListener = (req, res) => {
  res.end(req.url === '/env' ? JSON.stringify(process.env) : 'ok')
}
const servers = [http.createServer(answer), http.createServer(answer)] as const
if (BROKEN) {
  log('error', BROKEN)
  process.exitCode = 1
} else {
  servers[0].listen(Number(PORT), HOST)
  servers[1].listen(Number(METRICS_PORT), HOST)
}
process.once('SIGTERM', () => {
  log('info', 'stopped')
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})
