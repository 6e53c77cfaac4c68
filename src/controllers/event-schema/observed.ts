import type { CompatibilityLevel, SchemaText } from '../../ports/registry.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterAccess } from '../cluster-use.ts';
import type { Claimant } from '../ownership.ts';
import type { Held } from './held.ts';

/** Why the registry did not register. It stands until schema, level or versions change, and for a bounded time. */
export interface RegistryRefusal {
  /**
   * unsupported: it has not refused the schema, of which nothing is wrong; it cannot deal with it. unproven: it compares
   * nothing, and we cannot tell.
   */
  kind: 'incompatible' | 'invalid' | 'unsupported' | 'unproven';
  problems: readonly string[];
  /** In our own words: the same schema and versions give the same again, whoever is asked. */
  isExplained?: true;
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
      wanted: SchemaText;
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
