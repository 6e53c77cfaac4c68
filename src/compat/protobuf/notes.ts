import type { ProtobufRule } from './rules.ts';
import { isIn, type Message, type ProtobufSchema, type Range } from './schema.ts';

/** What is legal and known to hurt later, whoever reads. */
export interface Note {
  rule: ProtobufRule;
  path: string;
  message: string;
  fix: string;
}

/** Numbers that an earlier version had are never to mean something else. */
export function notesOn(candidate: ProtobufSchema, version: ProtobufSchema, called: string): readonly Note[] {
  const messages = pairs(candidate.messages, version.messages).flatMap(([now, before]) =>
    notesOnNumbers(numbersOfMessage(now), numbersOfMessage(before), `message "${now.localName}"`, called),
  );
  const enums = pairs(candidate.enums, version.enums).flatMap(([now, before]) =>
    notesOnNumbers(
      { ...now, numbers: now.byNumber },
      { ...before, numbers: before.byNumber },
      `enum "${now.localName}"`,
      called,
    ),
  );
  return [...messages, ...enums];
}

interface Numbers {
  path: string;
  reserved: readonly Range[];
  numbers: ReadonlyMap<number, unknown>;
}

function numbersOfMessage({ path, reserved, fields }: Message): Numbers {
  return { path, reserved, numbers: fields };
}

function pairs<T extends { localName: string }>(now: readonly T[], before: readonly T[]): readonly (readonly [T, T])[] {
  const byName = new Map(before.map((one) => [one.localName, one]));
  return now.flatMap((one) => {
    const other = byName.get(one.localName);
    return other ? [[one, other] as const] : [];
  });
}

function notesOnNumbers(now: Numbers, before: Numbers, where: string, called: string): readonly Note[] {
  const gone = [...before.numbers.keys()].filter((number) => !now.numbers.has(number) && !isIn(now.reserved, number));
  const again = [...now.numbers.keys()].filter(
    (number) => !before.numbers.has(number) && isIn(before.reserved, number),
  );
  return [
    ...(gone.length === 0
      ? []
      : [
          {
            ...({ rule: 'ProtoNumberNotReserved', path: now.path } as const),
            message: `${where} has no number ${gone.join(', ')} any more, which ${called} has, and does not reserve it`,
            fix: `Add "reserved ${gone.join(', ')};", so that nobody gives it another meaning.`,
          },
        ]),
    ...(again.length === 0
      ? []
      : [
          {
            ...({ rule: 'ProtoReservedNumberReused', path: now.path } as const),
            message: `${where} uses number ${again.join(', ')}, which ${called} reserves because it meant something else`,
            fix: 'Take a number that was never used.',
          },
        ]),
  ];
}
