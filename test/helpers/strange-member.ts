import { Connection, findCoordinatorV4, joinGroupV3, leaveGroupV3, syncGroupV3 } from '@platformatic/kafka';

/** What stopped the operator: a list that claims to be endless, of names whose negative length leads back. */
export const fourteenBytes = Buffer.from('00007ffffffffffefffeffffffff', 'hex');

const groupKey = 0;
/** Long enough for a test, so that no heartbeat is needed. */
const sessionMs = 300_000;

/**
 * Joins a classic group as its only member, which asks for no topic and is left `assignment` by itself: no broker looks
 * into these bytes. Resolves, once the group is stable, with a function that lets the member leave.
 */
export async function joinWith(
  bootstrapServers: string,
  groupId: string,
  assignment: Buffer,
): Promise<() => Promise<void>> {
  const connection = await connectTo(bootstrapServers.split(',')[0] ?? '');
  const { coordinators } = await findCoordinatorV4.api.async(connection, groupKey, [groupId]);
  await connection.close();
  const [coordinator] = coordinators;
  const member = await connectTo(`${coordinator?.host}:${coordinator?.port}`);
  const protocols = [{ name: 'range', metadata: Buffer.from('00000000000000000000', 'hex') }];
  const joined = await joinGroupV3.api.async(member, groupId, sessionMs, sessionMs, '', null, 'consumer', protocols);
  const { generationId, memberId } = joined;
  const own = [{ memberId, assignment }];
  await syncGroupV3.api.async(member, groupId, generationId, memberId, null, null, null, own);
  return async () => {
    await leaveGroupV3.api.async(member, groupId, [{ memberId }]);
    await member.close();
  };
}

async function connectTo(address: string): Promise<Connection> {
  const [host = '', port] = address.split(':');
  const connection = new Connection('stranger');
  await connection.connect(host, Number(port));
  return connection;
}
