import { BlockList, isIP } from 'node:net';
import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import { isUsableEmail } from '../../modules/accounts/index.ts';
import { isCurrency } from '../../shared/money.ts';
import { isWebhookSecret } from '../../shared/standard-webhooks.ts';
import { normalText, textFault } from '../../shared/text.ts';

/** Reads one variable's text; throws a `WrongValue` that says what it takes. */
export type Reader<T> = (text: string) => T;

/** What a variable takes, as the end of the sentence "PORT is "x", but it takes …". */
export class WrongValue extends Error {
  readonly takes: string;

  constructor(takes: string) {
    super(takes);
    this.name = 'WrongValue';
    this.takes = takes;
  }
}

export function integer(minimum: number, maximum: number): Reader<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < minimum || value > maximum) {
      throw new WrongValue(`a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

/** A decimal, for durations that tests want short. */
export function decimal(minimum: number, maximum: number): Reader<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(text) || value < minimum || value > maximum) {
      throw new WrongValue(`a number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Reader<T> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new WrongValue(`one of ${values.join(', ')}`);
    return value;
  };
}

/** Names out of these, separated by commas. */
export function someOf<const T extends string>(...values: readonly T[]): Reader<readonly T[]> {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const known = values.filter((value) => names.includes(value));
    if (names.some((name) => !known.includes(name as T))) {
      throw new WrongValue(`names out of ${values.join(', ')}, separated by commas`);
    }
    return known;
  };
}

export const boolean: Reader<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (text) => text.split(',').map((entry) => reader(entry.trim()));
}

/** Printable text of one line. */
export function text(lengthMin: number, lengthMax: number): Reader<string> {
  return (value) => {
    if (value.length < lengthMin || value.length > lengthMax || /\p{Cc}/u.test(value)) {
      throw new WrongValue(`${lengthMin} to ${lengthMax} characters on one line`);
    }
    return value;
  };
}

/** What people see, such as the shop's name. */
export function name(lengthMax: number): Reader<string> {
  return (value) => {
    const normal = normalText(value);
    if (normal === '' || textFault(normal, 'name', lengthMax) !== null) {
      throw new WrongValue(
        `1 to ${lengthMax} characters on one line, of which one can be seen and none is a control`,
      );
    }
    return normal;
  };
}

export const emailAddress: Reader<string> = (value) => {
  if (!isUsableEmail(value)) throw new WrongValue('a usable e-mail address');
  return value;
};

export const hostName: Reader<string> = (value) => {
  if (isIP(value) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(value)) {
    throw new WrongValue('an IP address or a host name');
  }
  return value;
};

/** Without a slash at the end, so that paths can be appended. */
export const httpUrl: Reader<string> = (value) =>
  bareUrl(
    value,
    'an http or https URL without user, query or fragment, such as https://shop.example',
  ).href.replace(/\/+$/, '');

/**
 * The same with its path in one spelling, whichever characters of it came percent-encoded: it begins links, the paths of
 * cookies and attributes of pages, none of which it may break out of.
 */
export const publicUrl: Reader<string> = (value) => {
  const { origin, pathname } = bareUrl(
    value,
    'an http or https URL without user, query or fragment, such as https://shop.example or https://shop.example/orders',
  );
  const names = pathname.replace(/\/+$/, '').split('/').slice(1).map(decoded);
  if (!names.every((name) => name !== null && /^[^/\\\p{Cc}]+$/u.test(name))) {
    throw new WrongValue(
      'a path of names with one slash between two, such as https://shop.example/orders, percent-encoded where it has to be',
    );
  }
  return origin + names.map((name) => `/${encodeURIComponent(String(name))}`).join('');
};

function bareUrl(value: string, takes: string): URL {
  const url = URL.parse(value);
  // An empty query or fragment leaves its mark in the text alone.
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#]/.test(url.href)) {
    throw new WrongValue(takes);
  }
  if (url.username !== '' || url.password !== '') throw new WrongValue(takes);
  return url;
}

/** Null for what is no percent-encoded UTF-8. */
function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** The address of a server, without a path. */
export const httpOrigin: Reader<string> = (value) => {
  const url = URL.parse(value);
  const isOrigin = url !== null && url.href === `${url.origin}/`;
  if (!isOrigin || !/^https?:$/.test(url.protocol)) {
    throw new WrongValue('an http or https address without a path, such as http://127.0.0.1:12111');
  }
  return url.origin;
};

/** Source: RFC 6454 §6.2, the serialisation that browsers send. */
export const origin: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== value) {
    throw new WrongValue('origins such as https://shop.example, separated by commas');
  }
  return value;
};

export const cidr: Reader<string> = (value) => {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  const bitsMax = family === 4 ? 32 : 128;
  const sound =
    family !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax));
  if (!sound) throw new WrongValue('addresses or networks such as 10.0.0.0/8, separated by commas');
  // The same judge as at run time: what it refuses here would refuse every request there.
  new BlockList().addSubnet(address, Number(bits ?? bitsMax), family === 4 ? 'ipv4' : 'ipv6');
  return value;
};

export const currency: Reader<string> = (value) => {
  if (!isCurrency(value)) throw new WrongValue('an ISO 4217 code such as GBP');
  return value;
};

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** Credentials as in any URL, percent-encoded. */
export const postgresUrl: Reader<string> = (value) => {
  const takes = 'a URL such as postgresql://user:password@host:5432/database';
  const url = URL.parse(value);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new WrongValue(takes);
  }
  if (![url.username, url.password, url.hostname, url.pathname].every(isDecodable)) {
    throw new WrongValue(`${takes}, in which % and what follows stand for a character`);
  }
  const port = url.searchParams.get('port');
  if (port !== null && !/^\d{1,5}$/.test(port)) throw new WrongValue(`${takes}; port is a number`);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw new WrongValue(`${takes}; sslmode is one of ${SSL_MODES.join(', ')}`);
  }
  return value;
};

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export const redisUrl: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new WrongValue('a URL such as redis://user:password@host:6379/0, or rediss:// for TLS');
  }
  return value;
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

export const awsRegion: Reader<string> = (value) => {
  if (!/^[a-z]{2,}(-[a-z0-9]+){1,4}$/.test(value)) {
    throw new WrongValue('a region of AWS such as eu-west-2');
  }
  return value;
};

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const RATE_POINTS_MAX = 1_000_000;
const RATE_SECONDS_MAX = 24 * 3_600;

/** Null for `0`: no limit. */
export const rate: Reader<Rate | null> = (value) => {
  if (value === '0') return null;
  const [, points = '', duration = '', unit = 's'] =
    /^(\d{1,7})\/(\d{1,5})([smh])$/.exec(value) ?? [];
  const pointsMax = Number(points);
  const windowSeconds = Number(duration) * SECONDS[unit as keyof typeof SECONDS];
  const sound =
    pointsMax >= 1 &&
    pointsMax <= RATE_POINTS_MAX &&
    windowSeconds >= 1 &&
    windowSeconds <= RATE_SECONDS_MAX;
  if (!sound) {
    throw new WrongValue(
      `0, or a number from 1 to ${RATE_POINTS_MAX} and a duration up to 24h, such as 5/15m`,
    );
  }
  return { pointsMax, windowSeconds };
};

export const webhookSecret: Reader<string> = (value) => {
  if (!isWebhookSecret(value)) {
    throw new WrongValue('whsec_ and 24 to 256 bytes in base64, as from "openssl rand -base64 32"');
  }
  return value;
};

/** Secret and restricted keys; a publishable one, `pk_…`, may do nothing here. */
export const stripeKey: Reader<string> = (value) => {
  if (!/^(sk|rk)_[A-Za-z0-9_]{1,250}$/.test(value)) {
    throw new WrongValue('a secret or restricted key of Stripe, sk_… or rk_…');
  }
  return value;
};

/** Not in base64, as that of Standard Webhooks is. */
export const stripeWebhookSecret: Reader<string> = (value) => {
  if (!/^whsec_[\x21-\x7e]{1,250}$/.test(value)) {
    throw new WrongValue('the signing secret of a webhook endpoint of Stripe, whsec_…');
  }
  return value;
};

export const SECRET_BYTES_MIN = 32;

/** Several while one rotates out: the first signs, all verify. */
export const secrets: Reader<readonly string[]> = listOf((value) => {
  if (Buffer.byteLength(value) < SECRET_BYTES_MIN) {
    throw new WrongValue(
      `${SECRET_BYTES_MIN} bytes or more, for example from "openssl rand -base64 48"`,
    );
  }
  return value;
});
