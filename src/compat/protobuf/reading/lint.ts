import { isIn, merged, type Range } from '../schema.ts';
import { type Builder, isPackable, isScalar, jsonNameOf, optionOf } from './build.ts';
import type {
  DeclaredEnum,
  DeclaredField,
  DeclaredFile,
  DeclaredMessage,
  DeclaredOption,
  DeclaredReserved,
  DeclaredType,
} from './declared.ts';
import { featuresIn, isFeature, isFeatureName, knownEditions, valuesOf } from './features.ts';
import type { Reading } from './reading.ts';
import { type Defined, isEnum, isMessage, packageScope, type Scope } from './scopes.ts';

const maxFieldNumber = 536_870_911;

interface At {
  at: number;
  path: string;
}

/** What compilers and registries refuse, and what they let pass though it hurts. */
export class Lint {
  readonly #reading: Reading;
  readonly #builder: Builder;

  constructor(reading: Reading, builder: Builder) {
    this.#reading = reading;
    this.#builder = builder;
  }

  file(file: DeclaredFile, prefix: string): void {
    this.#edition(file, prefix);
    this.#imports(file, prefix);
    this.#features(file, prefix, file.options);
    const declared = [...file.types, ...file.extends.flatMap(({ fields }) => fields)];
    this.#names(file, [...declared, ...valuesIn(file.types)]);
    const scope = packageScope(this.#reading.root, file.package);
    for (const { fields } of file.extends) for (const field of fields) this.#field(file, scope, field);
  }

  type(defined: Defined): void {
    this.#features(defined.file, defined.type.path, defined.type.options);
    if (isMessage(defined)) this.#message(defined);
    else if (isEnum(defined)) this.#enum(defined);
  }

  #edition(file: DeclaredFile, path: string): void {
    if (file.syntax !== 'editions' || knownEditions.includes(file.edition)) return;
    const message = `edition "${file.edition}" is unknown to this version of Sluice, which reads ${knownEditions.join(' and ')}`;
    this.#reading.find(
      'ProtoEditionUnknown',
      file,
      { at: file.syntaxAt, path },
      message,
      'Use an edition that is known.',
    );
  }

  #imports(file: DeclaredFile, path: string): void {
    for (const { name, at } of file.imports) {
      if (this.#reading.files.has(name)) continue;
      const message = `the schema imports "${name}", which is not among its references`;
      this.#reading.find(
        'ProtoImportNotGiven',
        file,
        { at, path },
        message,
        `Hand it in as a reference by the name "${name}".`,
      );
    }
  }

  #message({ type, file, scope }: Defined<DeclaredMessage>): void {
    const extensions = type.extends.flatMap(({ fields }) => fields);
    this.#names(file, [...type.fields, ...extensions, ...type.oneofs, ...type.types, ...valuesIn(type.types)]);
    this.#numbers(file, type.fields, 'field', `message "${type.name}"`);
    this.#jsonNames(file, type);
    const filled = new Set(type.fields.map(({ oneof }) => oneof));
    for (const oneof of type.oneofs) {
      this.#features(file, oneof.path, oneof.options);
      if (filled.has(oneof)) continue;
      this.#reading.find(
        'ProtoFieldInvalid',
        file,
        oneof,
        `oneof "${oneof.name}" has no field`,
        'Give it one, or remove it.',
      );
    }
    this.#free(file, type.fields, type.reserved, `message "${type.name}"`, type.extensions);
    for (const field of type.fields) this.#field(file, scope, field);
    for (const field of extensions) this.#field(file, scope, field);
  }

  #field(file: DeclaredFile, scope: Scope, field: DeclaredField): void {
    const { number } = field;
    const isKept = number >= 19_000 && number <= 19_999;
    if (number < 1 || number > maxFieldNumber || isKept) {
      const why = isKept ? 'Protobuf keeps 19000 to 19999 for itself' : `numbers go from 1 to ${maxFieldNumber}`;
      this.#reading.find(
        'ProtoNumberInvalid',
        file,
        field,
        `field "${field.name}" has number ${number}: ${why}`,
        'Take another number.',
      );
    }
    this.#label(file, field);
    this.#type(file, scope, field, field.type);
    this.#fieldOptions(file, scope, field);
  }

  #label(file: DeclaredFile, field: DeclaredField): void {
    const why = whatIsWrongWith(field, file);
    if (why === undefined) return;
    this.#reading.find('ProtoFieldInvalid', file, field, `field "${field.name}" ${why[0]}`, why[1]);
  }

  #type(file: DeclaredFile, scope: Scope, at: At & { name: string }, name: string): void {
    if (isScalar(name) || this.#builder.resolve(name, scope, file)) return;
    // It may stand in what is not given, which is said already.
    if ([...this.#reading.visibleFrom(file)].some((one) => this.#reading.open.has(one))) return;
    const message = `field "${at.name}" is of type "${name}", which is defined neither in the schema nor in what it imports`;
    this.#reading.find('ProtoTypeUnknown', file, at, message, 'Correct the name, or import the file that defines it.');
  }

  #fieldOptions(file: DeclaredFile, scope: Scope, field: DeclaredField): void {
    if (field.options.length === 0) return;
    this.#features(file, field.path, field.options);
    const found = isScalar(field.type) ? undefined : this.#builder.resolve(field.type, scope, file);
    const invalid = (message: string, fix: string) =>
      this.#reading.find('ProtoOptionInvalid', file, field, message, fix);
    const isPlain = isScalar(field.type) ? isPackable({ kind: 'scalar', name: field.type }) : !found || isEnum(found);
    if (optionOf(field.options, 'packed') === 'true' && !(field.label === 'repeated' && isPlain)) {
      invalid(`field "${field.name}" is packed and is no list of numbers`, 'Remove the option.');
    }
    const given = optionOf(field.options, 'default');
    if (given === undefined) return;
    if (file.syntax === 'proto3' || field.label === 'repeated' || field.key !== undefined) {
      invalid(`field "${field.name}" has a default, which it cannot have`, 'Remove the default.');
    } else if (found ? !isValueOf(found, given) : !isOf(field.type, given)) {
      invalid(`field "${field.name}" has the default ${given}, which is no value of its type`, 'Correct the default.');
    }
  }

  #features(file: DeclaredFile, path: string, options: readonly DeclaredOption[]): void {
    const at = options.find(({ name }) => name.startsWith('features'))?.at;
    if (at === undefined) return;
    for (const [name, value] of featuresIn(options)) {
      if (!isFeatureName(name) || isFeature(name, value)) continue;
      const message = `feature ${name} is ${value}, and is one of ${valuesOf(name).join(', ')}`;
      this.#reading.find('ProtoOptionInvalid', file, { at, path }, message, 'Correct the value.');
    }
  }

  #enum(defined: Defined<DeclaredEnum>): void {
    const { type, file } = defined;
    const invalid = (at: At, message: string, fix: string) =>
      this.#reading.find('ProtoEnumInvalid', file, at, message, fix);
    const [first] = type.values;
    if (!first) {
      invalid(type, `enum "${type.name}" has no value`, 'Give it one, with number 0.');
      return;
    }
    const own = this.#builder.built.get(defined);
    if (own?.kind === 'enum' && !own.isClosed && first.number !== 0) {
      invalid(
        first,
        `enum "${type.name}" begins with number ${first.number}, and has to begin with 0`,
        'Put a value with number 0 first.',
      );
    }
    if (optionOf(type.options, 'allow_alias') !== 'true')
      this.#numbers(file, type.values, 'value', `enum "${type.name}"`);
    this.#free(file, type.values, type.reserved, `enum "${type.name}"`, []);
    for (const value of type.values) {
      if (value.number >= -2_147_483_648 && value.number <= 2_147_483_647) continue;
      this.#reading.find(
        'ProtoNumberInvalid',
        file,
        value,
        `value "${value.name}" has number ${value.number}, which does not fit 32 bits`,
        'Take another number.',
      );
    }
  }

  /** Types, fields, oneofs and the values of enums of one scope share their names. */
  #names(file: DeclaredFile, declared: readonly (At & { name: string })[]): void {
    const seen = new Set<string>();
    for (const one of declared) {
      if (seen.has(one.name)) {
        const fix = 'Rename one of them; values of an enum share their names with what stands beside the enum.';
        this.#reading.find('ProtoNameDuplicate', file, one, `"${one.name}" is there twice`, fix);
      }
      seen.add(one.name);
    }
  }

  #numbers(
    file: DeclaredFile,
    declared: readonly (At & { name: string; number: number })[],
    what: string,
    where: string,
  ): void {
    const seen = new Map<number, string>();
    for (const one of declared) {
      const other = seen.get(one.number);
      if (other === undefined) seen.set(one.number, one.name);
      else {
        const message = `${what} "${one.name}" of ${where} has number ${one.number}, which is that of "${other}"`;
        this.#reading.find('ProtoNumberDuplicate', file, one, message, 'Take another number.');
      }
    }
  }

  #free(
    file: DeclaredFile,
    declared: readonly (At & { name: string; number: number })[],
    reserved: DeclaredReserved,
    where: string,
    extensions: readonly Range[],
  ): void {
    const [ranges, names, forOthers] = [merged(reserved.ranges), new Set(reserved.names), merged(extensions)];
    for (const one of declared) {
      const [isTaken, isExtension] = [isIn(ranges, one.number), isIn(forOthers, one.number)];
      if (!isTaken && !isExtension && !names.has(one.name)) continue;
      const what = isTaken || isExtension ? `number ${one.number}` : 'a name';
      const message = `"${one.name}" of ${where} has ${what} that is ${isExtension ? 'for extensions' : 'reserved'}`;
      this.#reading.find('ProtoReservedUsed', file, one, message, 'Take another one.');
    }
  }

  #jsonNames(file: DeclaredFile, type: DeclaredMessage): void {
    const seen = new Map<string, string>();
    for (const field of type.fields) {
      const json = optionOf(field.options, 'json_name') ?? JSON.stringify(jsonNameOf(field.name));
      const other = seen.get(json);
      if (other === undefined) seen.set(json, field.name);
      else if (other !== field.name) {
        const message = `fields "${other}" and "${field.name}" are both ${json} in JSON`;
        this.#reading.find(
          'ProtoJsonNameConflict',
          file,
          field,
          message,
          'Rename one of them, or give it a json_name.',
        );
      }
    }
  }
}

function valuesIn(types: readonly DeclaredType[]) {
  return types.flatMap((type) => (type.kind === 'enum' ? type.values : []));
}

const keys = /^(?:u?int(?:32|64)|sint(?:32|64)|s?fixed(?:32|64)|bool|string)$/;

function whatIsWrongWith(
  field: DeclaredField,
  { syntax }: DeclaredFile,
): readonly [why: string, fix: string] | undefined {
  const { label, key, oneof, group } = field;
  if (key !== undefined && !keys.test(key))
    return [`has keys of type ${key}`, 'Take integers, bool or string for keys.'];
  if (key !== undefined && label !== undefined) return [`is a map and is ${label}`, 'Remove the label.'];
  if (oneof && label !== undefined)
    return [`is ${label}, in a oneof`, 'Remove the label, or move it out of the oneof.'];
  if (oneof && key !== undefined) return ['is a map, in a oneof', 'Move it out of the oneof.'];
  const isBare = label === undefined && key === undefined && !oneof;
  if (syntax === 'proto2') return isBare ? ['has no label', 'Write optional, required or repeated.'] : undefined;
  if (group) return ['is a group, which only proto2 has', 'Define a message, and a field of its type.'];
  if (label === 'required') return ['is required, which only proto2 has', 'Remove the label.'];
  if (syntax === 'editions' && label === 'optional')
    return ['is optional, which editions say by a feature', 'Remove the label.'];
  return undefined;
}

function isValueOf({ type }: Defined, name: string): boolean {
  return type.kind === 'enum' && type.values.some((value) => value.name === name);
}

function isOf(type: string, given: string): boolean {
  if (type === 'string' || type === 'bytes') return given.startsWith('"');
  if (type === 'bool') return given === 'true' || given === 'false';
  if (type === 'float' || type === 'double')
    return !Number.isNaN(Number(given.replace(/[fF]$/, ''))) || /^-?(?:inf|nan)$/.test(given);
  if (!/^-?(?:0[xX][0-9a-fA-F]+|\d+)$/.test(given)) return false;
  const value = integerOf(given);
  const bits = type.includes('64') ? 64n : 32n;
  const isUnsigned = type.startsWith('u') || type.startsWith('fixed');
  return isUnsigned ? value >= 0n && value < 1n << bits : value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
}

function integerOf(given: string): bigint {
  return given.startsWith('-') ? -BigInt(given.slice(1)) : BigInt(given);
}
