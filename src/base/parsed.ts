/** What a parser makes of a stored object. */
export type Parsed<R> = { ok: true; resource: R } | { ok: false; problems: readonly string[] };
