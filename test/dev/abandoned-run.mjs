// @ts-check
// A run that starts a child which ignores SIGTERM, prints the id of that process and waits for its own end.
import { watchNpm } from '../../dev/setup/ancestry.mjs';
import { openNursery } from '../../dev/setup/processes.mjs';

watchNpm(() => process.exit(1));
const [lockName = ''] = process.argv.slice(2);
const nursery = await openNursery({ hold: [lockName], graceMs: 300 });
const stubborn = 'trap "" TERM HUP INT; sleep 600 & while true; do wait; done';
const child = nursery.spawn('sh', ['-c', stubborn], { stdio: 'ignore' });
process.stdout.write(`${JSON.stringify({ child: child.pid })}\n`);
setInterval(() => {}, 1_000);
