// Opens a room in the folder that is named, leaves in it what podman leaves in one, prints how to find that again, and
// waits for its own end.
import { openRoom } from '../../dev/containers/room.ts';
import { openNursery } from '../../dev/setup/processes.mjs';

const [folder = '', controlGroups = ''] = process.argv.slice(2);
const room = await openRoom(folder, await openNursery());
// A monitor has a session of its own, where nobody finds it by its group.
await room.run('sh', ['-c', 'setsid sleep infinity > /dev/null 2>&1 &']);
await room.run('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
await room.run('mkdir', ['-p', `${controlGroups}${room.cgroupParent}/container`]);
const namespace = (await room.run('readlink', ['/proc/self/ns/pid'])).trim();
process.stdout.write(`${JSON.stringify({ namespace, cgroup: room.cgroupParent })}\n`);
setInterval(() => {}, 1_000);
