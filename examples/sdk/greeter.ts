// A whole service: probes, metrics, ordered and drained consumption, and an effect that happens once for each event.
// DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS and REGISTRY_URL say where everything is.
import { consume, createInbox, handleOnce, openDatabase, runService, type Transaction } from '@sluice/sdk';

interface Greeting {
  readonly name: string;
}

await runService('greeter', async (service) => {
  const database = await openDatabase({ url: process.env.DATABASE_URL ?? '', schema: 'greeter', log: service.log });
  await database.query('CREATE TABLE IF NOT EXISTS greeting (name text)');
  const once = { group: 'greeter', inbox: createInbox(), database, metrics: service.metrics };
  const handler = handleOnce<Greeting, Transaction>(once, async ({ value, log }, transaction) => {
    await transaction.query('INSERT INTO greeting (name) VALUES ($1)', [value.name]);
    log.info({ name: value.name }, 'greeted');
  });
  await consume({ group: 'greeter', topics: ['greetings'], handler }, service);
  await database.close();
});
