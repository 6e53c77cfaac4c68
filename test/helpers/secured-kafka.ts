import '../../sdk/src/kafka/kafka-timer-patch.ts';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { ensureParts } from '../../dev/setup/parts.mjs';
import { type Nursery, openNursery } from '../../dev/setup/processes.mjs';
import { createAuthority, type Identity, issueCertificate } from '../../dev/world/parts/certificates.ts';
import { createKafkaCluster, type KafkaCluster } from '../../dev/world/parts/kafka.ts';
import { securedAddresses } from '../../dev/world/parts/kafka-security.ts';
import type { KafkaSecurity, SaslMechanism } from '../../src/ports/kafka.ts';
import { connectionTimeout } from './kafka.ts';

/** Of a login by SCRAM-SHA-256. */
export const sessionMs = 3_000;
const iterations = 4_096;
const hashes = {
  'SCRAM-SHA-256': { id: 1, hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { id: 2, hash: 'sha512', bytes: 64 },
};

type Operation = keyof typeof AclOperationTypes;
export interface Grant {
  resource: 'TOPIC' | 'GROUP' | 'CLUSTER';
  /** A name, or `*`. The cluster's is `kafka-cluster`. */
  name: string;
  operations: readonly Operation[];
}

/** What the operator needs to be allowed in a cluster, as docs/event-cluster.md lists it. */
export const operatorGrants: readonly Grant[] = [
  {
    resource: 'TOPIC',
    name: '*',
    operations: ['DESCRIBE', 'CREATE', 'ALTER', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'READ'],
  },
  { resource: 'GROUP', name: '*', operations: ['DESCRIBE'] },
  { resource: 'CLUSTER', name: 'kafka-cluster', operations: ['DESCRIBE'] },
];

/** One broker that enforces TLS with client certificates, SASL over TLS, and ACLs; and its administrator. */
export class SecuredKafka {
  readonly plainPassword = randomBytes(12).toString('hex');
  readonly authority: Identity;
  readonly addresses: { tls: string; sasl: string };
  readonly cluster: KafkaCluster;
  /** A line of the PEM of each private key that was given out. */
  readonly keyLines: string[] = [];
  readonly #nursery: Nursery;
  readonly #admin: ReturnType<Kafka['admin']>;

  /**
   * `parent`: an address of the world; `folder`: that of its files. Brokers that run at the same time in one world need
   * different numbers.
   */
  static async start(parent: string, folder: string, number = 1): Promise<SecuredKafka> {
    const host = parent.replace(/^127\.100\.(\d+)\.\d+$/, `127.102.$1.${number}`);
    const { kafka: jars } = await ensureParts();
    const secured = new SecuredKafka(host, join(folder, `secured-${number}`), jars, await openNursery());
    await secured.cluster.start();
    await secured.#admin.connect();
    return secured;
  }

  private constructor(host: string, folder: string, jars: string, nursery: Nursery) {
    mkdirSync(folder, { recursive: true });
    this.#nursery = nursery;
    this.authority = createAuthority('sluice-kafka-authority');
    this.addresses = securedAddresses(host);
    const entrances = {
      clientAuthority: this.authority.certificate,
      server: issueCertificate(this.authority, { subject: 'kafka', names: [host] }),
      plainUsers: { operator: this.plainPassword },
      sessionMs,
    };
    const plan = { jars, folder, logs: folder, nodes: [{ host, proxyHost: host }], entrances };
    this.cluster = createKafkaCluster(plan, nursery);
    const options = { brokers: [this.cluster.bootstrapServers], logLevel: logLevel.NOTHING, connectionTimeout };
    this.#admin = new Kafka(options).admin();
  }

  /** A certificate for `User:CN=<name>`. */
  issue(name: string, days?: number): Identity {
    const issued = issueCertificate(this.authority, { subject: name, ...(days !== undefined && { days }) });
    this.keyLines.push(issued.key.split('\n')[1] ?? '');
    return issued;
  }

  /** TLS with a certificate for `name`. */
  tls(name: string): KafkaSecurity {
    return { tls: { ca: this.authority.certificate, client: this.issue(name) } };
  }

  /** SASL over TLS. */
  sasl(mechanism: SaslMechanism, username: string, password: string): KafkaSecurity {
    return { tls: { ca: this.authority.certificate }, sasl: { mechanism, username, password } };
  }

  async setScramPassword(user: string, mechanism: keyof typeof hashes, password: string): Promise<void> {
    const { id, hash, bytes } = hashes[mechanism];
    const salt = randomBytes(16);
    const saltedPassword = pbkdf2Sync(password, salt, iterations, bytes, hash);
    const connection = new Connection('tools');
    const [host = '', port] = this.cluster.bootstrapServers.split(':');
    await connection.connect(host, Number(port));
    const upsertion = { name: user, mechanism: id, iterations, salt, saltedPassword };
    await alterUserScramCredentialsV0.api.async(connection, [], [upsertion]);
    await connection.close();
  }

  /** `principal` is what ACLs name, such as `User:operator`. */
  async grant(principal: string, grants: readonly Grant[]): Promise<void> {
    const acl = grants.flatMap(({ resource, name, operations }) =>
      operations.map((operation) => ({
        principal,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
        operation: AclOperationTypes[operation],
        resourceType: AclResourceTypes[resource],
        resourceName: name,
        resourcePatternType: ResourcePatternTypes.LITERAL,
      })),
    );
    await this.#admin.createAcls({ acl });
  }

  /** Takes all of the principal's grants away. */
  async revoke(principal: string): Promise<void> {
    const any = { resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY };
    const filter = { ...any, principal, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY };
    await this.#admin.deleteAcls({ filters: [filter] });
  }

  /** A client that may do everything. */
  admin(): ReturnType<Kafka['admin']> {
    return this.#admin;
  }

  async stop(): Promise<void> {
    await this.#admin.disconnect();
    await this.cluster.kill();
    await this.#nursery.close();
  }
}
