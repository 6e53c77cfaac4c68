import { join } from 'node:path';

/** The command that runs Java: of JAVA_HOME where that is set. */
export function java(): string {
  const home = process.env.JAVA_HOME;
  return home ? join(home, 'bin', 'java') : 'java';
}
