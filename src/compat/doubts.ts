import * as avro from './avro/rules.ts';
import * as jsonSchema from './json-schema/rules.ts';
import type { Answer, Problem } from './problem.ts';

/** What leaves open whether schemas agree, whatever their format. */
const ofAnyFormat: readonly string[] = ['CheckGivenUp', 'FormatNotChecked'];

/** Why an answer is unproven. */
export function doubtsIn({ problems }: Pick<Answer, 'problems'>): readonly Problem[] {
  return problems.filter(
    ({ rule }) =>
      ofAnyFormat.includes(rule) ||
      avro.leavesOpen(rule as avro.AvroRule) ||
      jsonSchema.leavesOpen(rule as jsonSchema.JsonSchemaRule),
  );
}
