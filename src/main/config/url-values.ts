import { HostListError, normalizeHosts } from '../../database/failover/host-list.ts';
import { type Reader, WrongValue } from './config-values.ts';

/** Reads a URL without a trailing slash, so that paths can be appended. */
export const httpUrl: Reader<string> = (value) =>
  plainUrl(
    value,
    'an http or https URL without user, query or fragment, such as https://shop.example',
  ).href.replace(/\/+$/, '');

/**
 * Reads a URL and normalizes its path, however it was percent-encoded. Links, cookie paths and page attributes start
 * with it, and it must not break out of them.
 */
export const publicUrl: Reader<string> = (value) => {
  const { origin, pathname } = plainUrl(
    value,
    'an http or https URL without user, query or fragment, such as https://shop.example or https://shop.example/orders',
  );
  const names = pathname.replace(/\/+$/, '').split('/').slice(1).map(decode);
  if (!names.every((name) => name !== null && /^[^/\\\p{Cc}]+$/u.test(name))) {
    throw new WrongValue(
      'a path of names separated by single slashes, such as https://shop.example/orders, percent-encoded where necessary',
    );
  }
  return origin + names.map((name) => `/${encodeURIComponent(String(name))}`).join('');
};

function plainUrl(value: string, takes: string): URL {
  const url = URL.parse(value);
  // An empty query or fragment is visible in the text only.
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#]/.test(url.href)) {
    throw new WrongValue(takes);
  }
  if (url.username !== '' || url.password !== '') throw new WrongValue(takes);
  return url;
}

/** Returns null if the text is not percent-encoded UTF-8. */
function decode(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** Reads the address of a server, without a path. */
export const httpOrigin: Reader<string> = (value) => {
  const url = URL.parse(value);
  const isOrigin = url !== null && url.href === `${url.origin}/`;
  if (!isOrigin || !/^https?:$/.test(url.protocol)) {
    throw new WrongValue('an http or https address without a path, such as http://127.0.0.1:12111');
  }
  return url.origin;
};

/** Reads an origin as browsers serialize it. Source: RFC 6454 §6.2. */
export const origin: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== value) {
    throw new WrongValue('origins such as https://shop.example, separated by commas');
  }
  return value;
};

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * Credentials as in any URL, percent-encoded. Of several hosts, the URL is returned as `normalizeHosts` writes it.
 */
export const postgresUrl: Reader<string> = (text) => {
  const takes = 'a URL such as postgresql://user:password@host:5432/database';
  const value = readHosts(text, takes);
  const url = URL.parse(value);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new WrongValue(takes);
  }
  if (![url.username, url.password, url.hostname, url.pathname].every(isDecodable)) {
    throw new WrongValue(`${takes}, in which % and the two characters after it encode a character`);
  }
  // `pg` uses the last of several, so that a check of the first would prove nothing.
  const parameters = [...url.searchParams.keys()];
  if (new Set(parameters).size < parameters.length) {
    throw new WrongValue(`${takes}, with each parameter once`);
  }
  const port = url.searchParams.get('port');
  if (port !== null && !/^\d{1,5}(,\d{1,5})*$/.test(port))
    throw new WrongValue(`${takes}; port is a number`);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw new WrongValue(`${takes}; sslmode is one of ${SSL_MODES.join(', ')}`);
  }
  return value;
};

function readHosts(text: string, takes: string): string {
  try {
    return normalizeHosts(text);
  } catch (error) {
    if (error instanceof HostListError) throw new WrongValue(`${takes}; ${error.message}`);
    throw error;
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the URL of a Redis, with its scheme in lower case, without which ioredis uses no TLS. A parameter could set any
 * of its options, for example switch TLS off.
 */
export const redisUrl: Reader<string> = (value) => {
  const takes = 'a URL such as redis://user:password@host:6379/0, or rediss:// for TLS';
  const url = URL.parse(value);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new WrongValue(takes);
  }
  if (![url.username, url.password].every(isDecodable)) {
    throw new WrongValue(`${takes}, in which % and the two characters after it encode a character`);
  }
  if ([...url.searchParams.keys()].some((name) => name !== 'family') || url.hash !== '') {
    throw new WrongValue(`${takes}, without parameters other than family`);
  }
  return url.href;
};

/** Credentials as in any URL, percent-encoded. */
export const smtpUrl: Reader<string> = (value) => {
  const takes = 'a URL such as smtp://user:password@host:587, or smtps://host:465 for TLS';
  const url = URL.parse(value);
  const hasServer = url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '';
  if (!hasServer || !/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw new WrongValue(takes);
  }
  if (![url.username, url.password].every(isDecodable)) throw new WrongValue(takes);
  return value;
};
