import { during, print } from '../setup/progress.mjs';
import { askKeeper } from '../world/keeper/keeper-client.ts';

/** Ends the checkout's environment with all its data. */
export async function run(): Promise<number> {
  if (!(await askKeeper({ ask: 'status' }))) {
    print('No environment is running.');
    return 0;
  }
  await during('environment stopped', () => askKeeper({ ask: 'stop' }));
  return 0;
}
