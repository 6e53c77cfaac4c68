import { runService } from '@sluice/sdk';
import type { OrderCreated } from '../shared/events.ts';
import { OrderBook } from '../shared/order-book.ts';
import { followOrders } from '../shared/order-feed.ts';
import { readTopics } from '../shared/settings.ts';
import { openStore } from '../shared/store.ts';
import { createOrderDesk } from './order-desk.ts';
import { createRoutes, type Shop } from './routes.ts';

await runService('order-api', async (service) => {
  const topics = readTopics(process.env);
  const shop: Shop = { log: service.log, book: new OrderBook(), historyRead: false };
  service.serve(createRoutes(shop));

  // Only taking orders makes the service ready. A topic further down that is missing must not close the shop, so the book,
  // which answers GET, keeps its own health to itself.
  const quiet = { beat: () => service.health.beat(), missing: () => {}, found: () => {} };
  const following = followOrders(
    shop.book,
    topics,
    { ...service, health: quiet },
    {
      restarted: () => {
        shop.historyRead = false;
      },
      caughtUp: () => {
        shop.historyRead = true;
      },
    },
  );
  const plan = { schema: service.name, tables: new URL('tables', import.meta.url), topic: topics['order.created'] };
  const store = await openStore<OrderCreated>(plan, service);
  shop.desk = createOrderDesk(store);
  await following;
  delete shop.desk;
  await store.close();
});
