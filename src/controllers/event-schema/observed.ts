import type { CompatibilityLevel } from '../../ports/registry.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterAccess } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';
import type { Held } from './held.ts';

/** Why the registry did not register. It stands until schema, level or versions change, and for a bounded time. */
export interface RegistryRefusal {
  /** unsupported: it has not refused the schema, of which nothing is wrong; it cannot deal with it. */
  kind: 'incompatible' | 'invalid' | 'unsupported';
  problems: readonly string[];
}

export interface RegistryUse extends ClusterAccess {
  url: string;
}

export type ObservedSchema =
  | { kind: 'noRegistry'; blocked: Blocked }
  /** The namespace may not have the subject, or one that the schema refers to. */
  | { kind: 'refused'; use: RegistryUse; blocked: Blocked }
  | { kind: 'notMine'; use: RegistryUse; owner: Claimant }
  | ({
      kind: 'seen';
      use: RegistryUse;
      /** Ascending; empty for a subject that does not exist. */
      versions: readonly number[];
      level: { level: CompatibilityLevel; source: 'Subject' | 'Global' };
      /** References whose subject or version is not in the registry. */
      missingReferences: readonly string[];
      refusal: RegistryRefusal | undefined;
      /** The id that the version on record has, where it is another schema now. */
      replacedBy: number | undefined;
      /** What this process did for the resource, whether the status says so yet or not. */
      ownWrites: { registered: boolean; level: boolean };
      /** What the registry said a moment ago, when it took no changes of the subject. */
      readOnly: string | undefined;
    } & Held);

export type SeenSchema = Extract<ObservedSchema, { kind: 'seen' }>;
