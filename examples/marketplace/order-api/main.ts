import type { OrderCreated } from '../shared/events.ts';
import { OrderBook } from '../shared/order-book.ts';
import { followOrders } from '../shared/order-feed.ts';
import { createPublisher } from '../shared/publisher.ts';
import { runService } from '../shared/service.ts';
import { readTopics } from '../shared/settings.ts';
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
  const publisher = await createPublisher<OrderCreated>(topics['order.created'], service);
  shop.publisher = publisher;
  await following;
  await publisher.close();
});
