import type { Reader } from '@platformatic/kafka';

export interface ConsumerGroupsAnswer {
  throttleTimeMs: number;
  groups: ConsumerGroup[];
}

export interface ConsumerGroup {
  errorCode: number;
  errorMessage: string | null;
  groupId: string;
  groupState: string;
  assignorName: string;
  members: ConsumerGroupMember[];
}

export interface ConsumerGroupMember {
  memberId: string;
  clientId: string;
  clientHost: string;
  subscribedTopicNames: string[];
  assigned: AssignedTopic[];
}

export interface AssignedTopic {
  topicName: string;
  partitions: number[];
}

/** More than any group names, topics and partitions of all its members together. */
export const mostNamed = 500_000;

/**
 * The layout of ConsumerGroupDescribe version 0. Of each group as much is kept as tells that it names too much: an
 * answer of 64 MB can hold twenty million names, which the library would all keep.
 */
export function parseConsumerGroups(
  _correlationId: number,
  _key: number,
  _version: number,
  reader: Reader,
): ConsumerGroupsAnswer {
  const throttleTimeMs = reader.readInt32();
  return { throttleTimeMs, groups: reader.readArray(parseGroup) };
}

function parseGroup(reader: Reader): ConsumerGroup {
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString();
  const [groupId, groupState] = [reader.readString(), reader.readString()];
  reader.skip(2 * int32Bytes); // epochs of the group and of its assignment
  const assignorName = reader.readString();
  const room = { left: mostNamed + 1 };
  const members = reader.readArray((member) => parseMember(member, room));
  reader.readInt32(); // authorized operations
  return { errorCode, errorMessage, groupId, groupState, assignorName, members };
}

/** How many names and numbers of the group are still kept. */
interface Room {
  left: number;
}

const int32Bytes = 4;
const uuidBytes = 16;

function parseMember(reader: Reader, room: Room): ConsumerGroupMember {
  const memberId = reader.readString();
  passText(reader); // instance
  passText(reader); // rack
  reader.readInt32(); // epoch
  const [clientId, clientHost] = [reader.readString(), reader.readString()];
  const subscribedTopicNames = readSome(reader, room, (name) => name.readString(), passText);
  passText(reader); // pattern: the topics that match are assigned
  const assigned = readSome(reader, room, (topic) => parseTopic(topic, room), passTopic);
  reader.readTaggedFields();
  readSome(reader, { left: 0 }, passTopic, passTopic); // what it will be assigned
  reader.readTaggedFields();
  return { memberId, clientId, clientHost, subscribedTopicNames, assigned };
}

function parseTopic(reader: Reader, room: Room): AssignedTopic {
  reader.skip(uuidBytes);
  const topicName = reader.readString();
  const partitions = readSome(reader, room, (partition) => partition.readInt32(), passNumber);
  reader.readTaggedFields();
  return { topicName, partitions };
}

/** The items of a list as far as there is room, and past the others. */
function readSome<T>(reader: Reader, room: Room, read: (reader: Reader) => T, pass: (reader: Reader) => void): T[] {
  const items: T[] = [];
  for (let count = reader.readUnsignedVarInt() - 1; count > 0; count -= 1) {
    if (room.left <= 0) pass(reader);
    else items.push(read(reader));
    room.left -= 1;
  }
  return items;
}

function passText(reader: Reader): void {
  const length = reader.readUnsignedVarInt() - 1;
  if (length > 0) reader.skip(length);
}

function passNumber(reader: Reader): void {
  reader.skip(int32Bytes);
}

function passTopic(reader: Reader): void {
  reader.skip(uuidBytes);
  passText(reader);
  readSome(reader, { left: 0 }, passNumber, passNumber);
  reader.readTaggedFields();
}
