// An image for tests of the local node: answers on POD_IP, and does what the path says.
import { readFileSync } from 'node:fs';
import http from 'node:http';

let healthy = true;

const server = http.createServer((request, response) => {
  switch (request.url) {
    case '/env':
      return response.end(JSON.stringify(process.env));
    case '/file':
      return response.end(readFileSync(process.env.CONFIG_FILE ?? ''));
    case '/sicken':
      healthy = false;
      return response.end();
    case '/crash':
      return process.exit(3);
    default:
      return response.writeHead(healthy ? 200 : 503).end();
  }
});
server.listen(8080, process.env.POD_IP);
if (process.env.DEAF) process.on('SIGTERM', () => {});
