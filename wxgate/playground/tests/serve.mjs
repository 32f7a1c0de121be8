// Serves the page from disk in front of a running wxgate, so that it can be changed without building wxgate anew:
// npm run serve -- http://127.0.0.1:8080

import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { fileURLToPath } from 'node:url'

const PORT = 8085
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TYPES = { css: 'text/css', html: 'text/html; charset=utf-8', js: 'text/javascript', svg: 'image/svg+xml' }
/** Those of `/playground/{path}` that are files. */
const FILE = /^\/playground\/((?:css|js|vendor)\/[\w-]+\.(?:css|js|svg))$/

const wxgate = new URL(process.argv[2] ?? 'http://127.0.0.1:8080')

function fileOf(path) {
  return path === '/playground' ? 'index.html' : FILE.exec(path)?.[1]
}

async function serve(name, response) {
  try {
    const body = await readFile(ROOT + name)
    response.writeHead(200, { 'content-type': TYPES[name.split('.').pop()], 'cache-control': 'no-store' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

function passOn(request, response) {
  const { method, url, headers } = request
  const asked = http.request(new URL(url, wxgate), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers).flushHeaders()
    answer.pipe(response)
  })
  asked.on('error', () => response.headersSent || response.writeHead(502).end())
  response.on('close', () => asked.destroy())
  request.pipe(asked)
}

http
  .createServer((request, response) => {
    const file = fileOf(request.url.split('?')[0])
    if (file) void serve(file, response)
    else passOn(request, response)
  })
  .listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/playground, over ${wxgate.origin}`))
