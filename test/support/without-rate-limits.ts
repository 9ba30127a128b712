/** Environment of a server whose limits would otherwise stand in the way of hundreds of requests a second. */
export const withoutRateLimits = {
  RATE_LIMIT_AUTH: '0',
  RATE_LIMIT_CHECKOUT: '0',
  RATE_LIMIT_GLOBAL: '0',
} as const;
