// A receiver of pushes: prints what comes, answers 200.   node receiver.js [port]
const http = require('node:http')

const server = http.createServer((request, response) => {
  const pieces = []
  request.on('data', piece => pieces.push(piece))
  request.on('end', () => {
    const body = Buffer.concat(pieces).toString()
    console.log(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  })
})

server.listen(Number(process.argv[2] ?? 9000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`)
})
