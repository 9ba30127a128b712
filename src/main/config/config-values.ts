import { isIP } from 'node:net';
import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import { isUsableEmail } from '../../modules/accounts/index.ts';
import { isCurrency } from '../../shared/money.ts';
import { findTextError, normalText } from '../../shared/text.ts';
import { parseNetwork } from './trusted-proxies.ts';

/** Reads the text of one variable. Throws a `WrongValue` that states what the variable takes. */
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

/** Reads a decimal number, for durations that tests want short. */
export function decimal(minimum: number, maximum: number): Reader<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(text) || value < minimum || value > maximum) {
      throw new WrongValue(`a number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export function choice<const T extends string>(...values: readonly T[]): Reader<T> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new WrongValue(`one of ${values.join(', ')}`);
    return value;
  };
}

/** Reads some of these names, separated by commas. */
export function choices<const T extends string>(...values: readonly T[]): Reader<readonly T[]> {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const known = values.filter((value) => names.includes(value));
    if (names.some((name) => !known.includes(name as T))) {
      throw new WrongValue(`names from ${values.join(', ')}, separated by commas`);
    }
    return known;
  };
}

export const boolean: Reader<boolean> = (text) => choice('true', 'false')(text) === 'true';

export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (text) => text.split(',').map((entry) => reader(entry.trim()));
}

/** Reads printable text on one line. */
export function text(lengthMin: number, lengthMax: number): Reader<string> {
  return (value) => {
    if (value.length < lengthMin || value.length > lengthMax || /\p{Cc}/u.test(value)) {
      throw new WrongValue(`${lengthMin} to ${lengthMax} characters on one line`);
    }
    return value;
  };
}

/** Reads text that people see, such as the shop's name. */
export function name(lengthMax: number): Reader<string> {
  return (value) => {
    const normal = normalText(value);
    if (normal === '' || findTextError(normal, 'name', lengthMax) !== null) {
      throw new WrongValue(
        `1 to ${lengthMax} characters on one line, at least one of them visible and no control characters`,
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

/** Reads a domain in the form in which browsers have it. Source: WebAuthn Level 3 §5.1.2, "valid domain string". */
export const domain: Reader<string> = (value) => {
  if (URL.parse(`https://${value}/`)?.hostname !== value || isIP(value) !== 0) {
    throw new WrongValue('a domain such as shop.example, in lower case and ASCII');
  }
  return value;
};

export const cidr: Reader<string> = (value) => {
  if (parseNetwork(value) === null) {
    throw new WrongValue('addresses or networks such as 10.0.0.0/8, separated by commas');
  }
  return value;
};

export const currency: Reader<string> = (value) => {
  if (!isCurrency(value)) throw new WrongValue('an ISO 4217 code such as GBP');
  return value;
};

export const awsRegion: Reader<string> = (value) => {
  if (!/^[a-z]{2,}(-[a-z0-9]+){1,4}$/.test(value)) {
    throw new WrongValue('an AWS region such as eu-west-2');
  }
  return value;
};

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const RATE_POINTS_MAX = 1_000_000;
const RATE_SECONDS_MAX = 24 * 3_600;

/** Returns null for `0`: no limit. */
export const rate: Reader<Rate | null> = (value) => {
  if (value === '0') return null;
  const [, points = '', duration = '', unit = 's'] =
    /^(\d{1,7})\/(\d{1,5})([smh])$/.exec(value) ?? [];
  const pointsMax = Number(points);
  const windowSeconds = Number(duration) * SECONDS[unit as keyof typeof SECONDS];
  const isValid =
    pointsMax >= 1 &&
    pointsMax <= RATE_POINTS_MAX &&
    windowSeconds >= 1 &&
    windowSeconds <= RATE_SECONDS_MAX;
  if (!isValid) {
    throw new WrongValue(
      `0, or a number from 1 to ${RATE_POINTS_MAX} and a duration up to 24h, such as 5/15m`,
    );
  }
  return { pointsMax, windowSeconds };
};
