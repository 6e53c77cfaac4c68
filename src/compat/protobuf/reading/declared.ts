import type { Range } from '../schema.ts';

/** What a text says, word for word: types are names, and nothing is inherited. */
interface Declared {
  name: string;
  /** Where it begins in the text. */
  at: number;
  /** JSON pointer by names. */
  path: string;
}

export interface DeclaredOption {
  /** As `features.field_presence` or `(my.option).part`. */
  name: string;
  /** Its words, joined by spaces; of a text, in quotes. */
  value: string;
  /** Of a value in braces: its members one by one. */
  members: readonly { name: string; value: string }[];
  at: number;
}

export type Label = 'required' | 'optional' | 'repeated';

export interface DeclaredField extends Declared {
  label: Label | undefined;
  type: string;
  /** Of a map: the type of its key; `type` is that of its value. */
  key: string | undefined;
  number: number;
  options: readonly DeclaredOption[];
  oneof: DeclaredOneof | undefined;
  group: DeclaredMessage | undefined;
}

export interface DeclaredOneof extends Declared {
  options: DeclaredOption[];
}

export interface DeclaredReserved {
  ranges: Range[];
  names: string[];
}

export interface DeclaredExtend {
  type: string;
  at: number;
  fields: DeclaredField[];
}

export interface DeclaredMessage extends Declared {
  kind: 'message';
  fields: DeclaredField[];
  oneofs: DeclaredOneof[];
  types: DeclaredType[];
  extends: DeclaredExtend[];
  reserved: DeclaredReserved;
  extensions: Range[];
  options: DeclaredOption[];
}

export interface DeclaredValue extends Declared {
  number: number;
  options: readonly DeclaredOption[];
}

export interface DeclaredEnum extends Declared {
  kind: 'enum';
  values: DeclaredValue[];
  reserved: DeclaredReserved;
  options: DeclaredOption[];
}

export type DeclaredType = DeclaredMessage | DeclaredEnum;

export type Syntax = 'proto2' | 'proto3' | 'editions';

export interface DeclaredFile {
  /** What imports call it. */
  name: string;
  text: string;
  syntax: Syntax;
  /** As `proto3` or `2023`, as it is written. */
  edition: string;
  /** Where that stands. */
  syntaxAt: number;
  package: string;
  imports: { name: string; isPublic: boolean; at: number }[];
  types: DeclaredType[];
  extends: DeclaredExtend[];
  options: DeclaredOption[];
  /** What data does not depend on, word for word: services, and who may use what. */
  others: string[];
}
