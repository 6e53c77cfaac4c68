/** Partitions by member: one run for each, the first ones longer where it does not come out even. */
export function dealInRuns(partitions: number, members: number): number[][] {
  const [least, extra] = [Math.floor(partitions / members), partitions % members];
  return Array.from({ length: members }, (_, member) => {
    const first = member * least + Math.min(member, extra);
    return Array.from({ length: least + (member < extra ? 1 : 0) }, (_, at) => first + at);
  });
}

/** Partitions by member, dealt one by one. */
export function dealInTurn(partitions: number, members: number): number[][] {
  return Array.from({ length: members }, (_, member) =>
    Array.from({ length: Math.ceil((partitions - member) / members) }, (_, round) => member + round * members),
  );
}

/**
 * Partitions by member, as evenly as the others, with as few of them moved as that allows.
 * @param before what each of the members had
 */
export function dealSticky(partitions: number, before: readonly (readonly number[])[]): number[][] {
  const least = Math.floor(partitions / before.length);
  let extra = partitions % before.length;
  const dealt = before.map((): number[] => []);
  const fullestFirst = [...before.entries()].sort(([, a], [, b]) => b.length - a.length);
  for (const [member, own] of fullestFirst) {
    const keepsOneMore = own.length > least && extra > 0;
    if (keepsOneMore) extra -= 1;
    dealt[member] = own.slice(0, keepsOneMore ? least + 1 : least);
  }
  const kept = new Set(dealt.flat());
  for (let partition = 0; partition < partitions; partition += 1) {
    if (!kept.has(partition)) emptiest(dealt).push(partition);
  }
  return dealt;
}

function emptiest(dealt: number[][]): number[] {
  return dealt.reduce((least, own) => (own.length < least.length ? own : least));
}
