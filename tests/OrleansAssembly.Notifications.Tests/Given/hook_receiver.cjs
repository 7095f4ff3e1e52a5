// A webhook receiver as the documentation of the npm package `standardwebhooks` has it. Arguments: folder of that package, port, secret.
// Each request becomes one line of JSON on stdout. The path says what to answer: /ok 204, /busy 429 with Retry-After, /broken 500, /gone 410, /slow nothing,
// /away a redirect to /ok, /flaky 500 for the first two of each id and then 204, /huge an answer without end.
const http = require('node:http')
const { Webhook } = require(process.argv[2])
const webhook = new Webhook(process.argv[4])
const seen = new Map()

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8')
    let verified = true
    try {
      webhook.verify(body, request.headers)
    } catch {
      verified = false
    }
    const id = request.headers['webhook-id']
    seen.set(id, (seen.get(id) ?? 0) + 1)
    console.log(JSON.stringify({ path: request.url, id, verified, body, signature: request.headers['webhook-signature'] }))
    if (!verified) return response.writeHead(400).end('not signed by us')
    switch (request.url) {
      case '/busy': return response.writeHead(429, { 'retry-after': '2' }).end('later')
      case '/broken': return response.writeHead(500).end('broken')
      case '/gone': return response.writeHead(410).end('gone')
      case '/slow': return
      case '/away': return response.writeHead(307, { location: '/ok' }).end()
      case '/flaky': return seen.get(id) > 2 ? response.writeHead(204).end() : response.writeHead(500).end('not yet')
      case '/huge': {
        response.writeHead(200)
        const more = () => { while (!response.destroyed && response.write('x'.repeat(65536))) { /* until it is full */ } }
        response.on('drain', more)
        response.on('error', () => {})
        return more()
      }
      default: return response.writeHead(204).end()
    }
  })
})
server.listen(Number(process.argv[3]), '127.0.0.1', () => console.log('ready ' + server.address().port))
