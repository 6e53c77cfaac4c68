// The least that a service needs. It may handle a record again after a crash; greeter.ts does not.
import { runConsumer } from '@sluice/sdk';

await runConsumer<{ name: string }>({
  service: 'hello',
  group: 'hello',
  topics: ['greetings'],
  async handler({ value, log }) {
    log.info({ name: value.name }, 'hello');
  },
});
