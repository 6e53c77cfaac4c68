import type { EventSchema } from '../../crds/event-schema.ts';
import { index } from '../../ports/kube.ts';
import { subjectOf } from './subject.ts';

export const subjectIndex = index('subject', subjectOf);
/** By the subjects that they refer to. */
export const referenceIndex = index('reference', ({ spec }: EventSchema) => [
  ...new Set(spec.references?.map(({ subject }) => subject)),
]);

export const schemaIndexes = [subjectIndex, referenceIndex];
