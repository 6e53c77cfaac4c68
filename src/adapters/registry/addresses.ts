import { Fault } from '../../ports/fault.ts';

/** The address of a registry. Throws Fault `rejected`, which does not show the URL, because it may hold a password. */
export function parseRegistryUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isPlain(url)) return url;
  const wanted = 'must be http(s)://host[:port][/path], without user, password, query and fragment';
  throw new Fault('registry', 'rejected', `the registry URL of cluster "${name}" ${wanted}`, { code: 'INVALID_URL' });
}

function isPlain(url: URL): boolean {
  const extras = url.username + url.password + url.search + url.hash;
  return (url.protocol === 'http:' || url.protocol === 'https:') && extras === '';
}

/**
 * A subject as one segment of a path. Throws Fault `rejected` for what cannot be one: servers and proxies resolve
 * `.` and `..` even when they are encoded, and would then act on another subject, or on none.
 */
export function segmentOfSubject(subject: string): string {
  if (subject !== '' && subject !== '.' && subject !== '..' && subject.isWellFormed())
    return encodeURIComponent(subject);
  const message = `"${subject.toWellFormed()}" cannot be the name of a subject`;
  throw new Fault('registry', 'rejected', message, { code: 'INVALID_SUBJECT' });
}
