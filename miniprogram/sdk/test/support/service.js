import { createServer } from 'node:http'

/** A business service that asks wxgate whose the token is, as nginx would; for as long as the test runs. */
export async function startService(t, wxgate) {
  const server = createServer(async (request, response) => {
    const { authorization = '' } = request.headers
    const verdict = await fetch(`${wxgate.internal}/verify`, { headers: { authorization } })
    const body = verdict.ok ? JSON.stringify({ openid: verdict.headers.get('x-wx-openid') }) : await verdict.text()
    response.writeHead(verdict.status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}
