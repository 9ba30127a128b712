/** The environment of a server without the limits that would refuse hundreds of requests a second. */
export const withoutRateLimits = {
  RATE_LIMIT_AUTH: '0',
  RATE_LIMIT_CHECKOUT: '0',
  RATE_LIMIT_CODES: '0',
  RATE_LIMIT_GLOBAL: '0',
} as const;
