// A business service that greets its caller: npm install && npm start
import { createServer } from 'node:http'
import { caller, LoggedOut } from './caller.js'

const server = createServer(async (request, response) => {
  try {
    const { userId, openid } = await caller(request.headers.authorization)
    send(response, 200, { hello: userId, openid })
  } catch (error) {
    if (error instanceof LoggedOut) {
      response.setHeader('WWW-Authenticate', 'Bearer')
      return send(response, 401, { code: error.reason.toLowerCase() })
    }
    response.setHeader('Retry-After', '2')
    send(response, 503, { code: 'store_unavailable' })
  }
})

function send(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
