export interface Address {
  host: string;
  port: number;
}

const defaultPort = 9092;

/** `host:port`, `[::1]:port`, or a host alone, which means port 9092. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+))(?::(?<port>\d+))?$/.exec(text.trim());
  const host = match?.groups?.v6 ?? match?.groups?.name ?? text.trim();
  return { host, port: Number(match?.groups?.port ?? defaultPort) };
}

export function printAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
