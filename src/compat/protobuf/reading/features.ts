import type { DeclaredFile, DeclaredOption } from './declared.ts';

/** What editions made of the differences of proto2 and proto3; each can be set for a file, a type or a field. */
export interface Features {
  field_presence: 'EXPLICIT' | 'IMPLICIT' | 'LEGACY_REQUIRED';
  enum_type: 'OPEN' | 'CLOSED';
  repeated_field_encoding: 'PACKED' | 'EXPANDED';
  utf8_validation: 'VERIFY' | 'NONE';
  message_encoding: 'LENGTH_PREFIXED' | 'DELIMITED';
}

const values: { readonly [Name in keyof Features]: readonly Features[Name][] } = {
  field_presence: ['EXPLICIT', 'IMPLICIT', 'LEGACY_REQUIRED'],
  enum_type: ['OPEN', 'CLOSED'],
  repeated_field_encoding: ['PACKED', 'EXPANDED'],
  utf8_validation: ['VERIFY', 'NONE'],
  message_encoding: ['LENGTH_PREFIXED', 'DELIMITED'],
};

const ofProto2: Features = {
  ...{ field_presence: 'EXPLICIT', enum_type: 'CLOSED', repeated_field_encoding: 'EXPANDED' },
  ...{ utf8_validation: 'NONE', message_encoding: 'LENGTH_PREFIXED' },
};

const ofProto3: Features = {
  ...{ field_presence: 'IMPLICIT', enum_type: 'OPEN', repeated_field_encoding: 'PACKED' },
  ...{ utf8_validation: 'VERIFY', message_encoding: 'LENGTH_PREFIXED' },
};

const ofEditions: Features = { ...ofProto3, field_presence: 'EXPLICIT' };

export const knownEditions: readonly string[] = ['2023', '2024'];

export function featuresOfFile({ syntax, options }: DeclaredFile): Features {
  switch (syntax) {
    case 'proto2':
      return ofProto2;
    case 'proto3':
      return ofProto3;
    case 'editions':
      return inherited(ofEditions, options);
  }
}

export function inherited(features: Features, options: readonly DeclaredOption[]): Features {
  const set = featuresIn(options);
  return set.length === 0
    ? features
    : { ...features, ...Object.fromEntries(set.filter(([name, value]) => isFeature(name, value))) };
}

/** Names and values, as they are written. */
export function featuresIn(options: readonly DeclaredOption[]): readonly (readonly [name: string, value: string])[] {
  return options.flatMap(({ name, value, members }) => {
    if (name === 'features') return members.map((one) => [one.name, one.value] as const);
    return name.startsWith('features.') ? [[name.slice('features.'.length), value] as const] : [];
  });
}

/** Whether it is a feature that data depends on, with a value that it can have. */
export function isFeature(name: string, value: string): boolean {
  return Object.hasOwn(values, name) && values[name as keyof Features].some((one) => one === value);
}

export function isFeatureName(name: string): name is keyof Features {
  return Object.hasOwn(values, name);
}

export function valuesOf(name: keyof Features): readonly string[] {
  return values[name];
}
