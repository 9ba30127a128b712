/** One of the hosts that a URL names. */
export interface DatabaseHost {
  /** Host and port, or the folder of the socket and the port. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The URL with this host only. May contain a password. */
  readonly url: string;
}

const POSTGRES_PORT = '5432';
const AUTHORITY = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#@]*)(.*)$/i;
const HOST_AND_PORT = /^(\[[^\]]+\]|[^:[\]]*)(?::(\d{1,5}))?$/;
/** Those of libpq that mean what we do anyway. */
const SESSION_ATTRIBUTES = ['read-write', 'primary'];

/** A list of hosts that cannot be understood. The message continues "it takes …". */
export class HostListError extends Error {
  override name = 'HostListError';
}

/**
 * Returns a URL that programs which know only one host can parse: if the text names several as libpq allows, in the
 * authority or the parameters `host` and `port`, they are all in the parameters, and the first one is in the authority.
 * Throws HostListError. Source: PostgreSQL documentation, "Connection URIs" and "Specifying Multiple Hosts".
 */
export function normalizeHosts(text: string): string {
  const [, scheme, user = '', authority, rest] = AUTHORITY.exec(text) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return text;
  const url = URL.parse(`${scheme}${user}localhost${rest}`);
  if (url === null) return text;
  const parameters = url.searchParams;
  const given = authority.split(',').map(readHostAndPort);
  const hosts = parameters.get('host')?.split(',') ?? given.map(({ host }) => host);
  if (hosts.length === 1) return text;
  const ports = parameters.get('port')?.split(',') ?? given.map(({ port }) => port);
  if (ports.length !== 1 && ports.length !== hosts.length) {
    throw new HostListError('as many ports as hosts, or one');
  }
  if (hosts.includes('')) throw new HostListError('a name between the commas of its hosts');
  const attributes = parameters.get('target_session_attrs');
  if (attributes !== null && !SESSION_ATTRIBUTES.includes(attributes)) {
    throw new HostListError(`target_session_attrs only as ${SESSION_ATTRIBUTES.join(' or ')}`);
  }
  parameters.delete('target_session_attrs');
  const every = hosts.map(
    (_, index) => (ports.length === 1 ? ports[0] : ports[index]) || POSTGRES_PORT,
  );
  const names = hosts.map((host, index) => `${host}:${every[index]}`);
  if (new Set(names).size < names.length) throw new HostListError('each host once');
  parameters.set('host', hosts.join(','));
  parameters.set('port', every.join(','));
  const [first = ''] = hosts;
  if (!first.startsWith('/')) url.hostname = bracket(first);
  return url.href;
}

/** Returns the hosts of a URL as `normalizeHosts` returns it, in its order. */
export function listHosts(normalized: string): readonly DatabaseHost[] {
  const url = new URL(normalized);
  const hosts = url.searchParams.get('host')?.split(',') ?? [decodeURIComponent(url.hostname)];
  const ports = (url.searchParams.get('port') ?? url.port).split(',');
  return hosts.map((bracketed, index) => {
    const host = bracketed.replace(/^\[|\]$/g, '');
    const port = ports[index] || ports[0] || POSTGRES_PORT;
    return { name: `${host}:${port}`, host, port: Number(port), url: withHost(url, host, port) };
  });
}

function readHostAndPort(text: string): { readonly host: string; readonly port: string } {
  const [, host, port = ''] = HOST_AND_PORT.exec(text) ?? [];
  if (host === undefined)
    throw new HostListError('hosts such as one.example:5432,two.example:5432');
  return { host: decodeURIComponent(host).replace(/^\[|\]$/g, ''), port };
}

function withHost(list: URL, host: string, port: string): string {
  const url = new URL(list);
  url.searchParams.delete('host');
  url.searchParams.delete('port');
  url.port = port;
  if (host.startsWith('/')) {
    url.hostname = 'localhost';
    url.searchParams.set('host', host);
    url.searchParams.set('port', port);
  } else url.hostname = bracket(host);
  return url.href;
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
