import { readFile } from 'node:fs/promises';
import { type Handle, refusal, runService, send } from '@sluice/sdk';
import { OrderBook } from '../shared/order-book.ts';
import { followOrders } from '../shared/order-feed.ts';
import { readTopics } from '../shared/settings.ts';
import { LiveOrders } from './live.ts';

const HISTORY = 'the history of the orders';
const CONTENT_TYPES = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['svg', 'image/svg+xml'],
]);
const PAGE_FILES = ['index.html', 'icon.svg', 'style.css', 'app.js', 'board.js', 'chart.js', 'followed.js'];

await runService('order-status', async (service) => {
  const topics = readTopics(process.env);
  const book = new OrderBook();
  const live = new LiveOrders(book, topics);
  service.serve(createRoutes(book, live, await loadPage()));

  service.health.missing(HISTORY);
  const timers = [setInterval(() => live.flush(), 200), setInterval(() => live.sample(), 1_000)];
  await followOrders(book, topics, service, {
    changed: (order) => live.changed(order),
    restarted: () => {
      live.restarted();
      service.health.missing(HISTORY);
    },
    caughtUp: () => {
      live.caughtUp();
      service.health.found(HISTORY);
    },
  });
  timers.forEach(clearInterval);
});

/** The page, its stream, and the counters for programs. */
function createRoutes(book: OrderBook, live: LiveOrders, page: ReadonlyMap<string, PageFile>): Handle {
  return (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const file = page.get(path);
    if (request.method !== 'GET') send(response, refusal(405, 'MethodNotAllowed', `${path} answers GET`));
    else if (path === '/events') live.attach(response);
    else if (path === '/counts') send(response, { status: 200, body: book.counts() });
    else if (file) response.writeHead(200, file.headers).end(file.content);
    else send(response, refusal(404, 'NotFound', 'there is only /, /events and /counts'));
  };
}

interface PageFile {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

async function loadPage(): Promise<ReadonlyMap<string, PageFile>> {
  const files = PAGE_FILES.map(async (name): Promise<[string, PageFile]> => {
    const content = await readFile(new URL(`page/${name}`, import.meta.url));
    const type = CONTENT_TYPES.get(name.split('.').at(-1) ?? '') ?? 'application/octet-stream';
    const headers = {
      'content-type': type,
      'content-security-policy': "default-src 'self'",
      'cache-control': 'no-cache',
    };
    return [name === 'index.html' ? '/' : `/${name}`, { content, headers }];
  });
  return new Map(await Promise.all(files));
}
