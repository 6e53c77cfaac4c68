import type { DeclaredEnum, DeclaredFile, DeclaredMessage, DeclaredType } from './declared.ts';

/** Where a type is defined. */
export interface Defined<T extends DeclaredType = DeclaredType> {
  type: T;
  file: DeclaredFile;
  /** With its package. */
  name: string;
  localName: string;
  /** What its own names are looked up in. */
  scope: Scope;
}

/** A package or a message: what names are looked up in, from the inside to the outside. */
export interface Scope {
  parent: Scope | undefined;
  inner: Map<string, Scope>;
  types: Map<string, Defined>;
}

export function emptyScope(parent?: Scope): Scope {
  return { parent, inner: new Map(), types: new Map() };
}

export function packageScope(root: Scope, name: string): Scope {
  if (name === '') return root;
  return name.split('.').reduce(innerScope, root);
}

function innerScope(scope: Scope, name: string): Scope {
  const known = scope.inner.get(name);
  if (known) return known;
  const made = emptyScope(scope);
  scope.inner.set(name, made);
  return made;
}

/** Nested ones too, in the order of the text. The first of a name counts. */
export function define(file: DeclaredFile, scope: Scope): readonly Defined[] {
  const all: Defined[] = [];
  const into = (types: readonly DeclaredType[], within: Scope, localPrefix: string) => {
    for (const type of types) {
      const localName = `${localPrefix}${type.name}`;
      const name = file.package === '' ? localName : `${file.package}.${localName}`;
      const own = type.kind === 'message' ? innerScope(within, type.name) : within;
      const defined = { type, file, name, localName, scope: own };
      if (!within.types.has(type.name)) within.types.set(type.name, defined);
      all.push(defined);
      if (type.kind === 'message') into(type.types, own, `${localName}.`);
    }
  };
  into(file.types, scope, '');
  return all;
}

/** What a name means within a scope; `undefined`: nothing. */
export function lookUp(name: string, within: Scope, root: Scope): Defined | undefined {
  if (name.startsWith('.')) return typeIn(root, name.slice(1).split('.'));
  const parts = name.split('.');
  for (let scope: Scope | undefined = within; scope; scope = scope.parent) {
    const found = typeIn(scope, parts);
    if (found) return found;
  }
  return undefined;
}

function typeIn(scope: Scope, parts: readonly string[]): Defined | undefined {
  let at: Scope | undefined = scope;
  for (const part of parts.slice(0, -1)) at = at?.inner.get(part);
  return at?.types.get(parts.at(-1) ?? '');
}

export function isMessage(defined: Defined): defined is Defined<DeclaredMessage> {
  return defined.type.kind === 'message';
}

export function isEnum(defined: Defined): defined is Defined<DeclaredEnum> {
  return defined.type.kind === 'enum';
}
