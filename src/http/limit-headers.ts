import type { FastifyReply } from 'fastify';
import type { Rate } from '../drivers/limits/rate-limiter.ts';

/** The state of one limit after a request. */
export interface LimitState {
  readonly name: string;
  readonly rate: Rate;
  readonly remaining: number;
  readonly resetsAfterMs: number;
}

/**
 * Sets the headers as lists of structured fields: `q` points in `w` seconds, of which `r` are left for `t` seconds.
 * Source: draft-ietf-httpapi-ratelimit-headers-10 §3 and §4.
 */
export function setLimitHeaders(reply: FastifyReply, states: readonly LimitState[]): void {
  reply.header('RateLimit-Policy', states.map(formatPolicy).join(', '));
  reply.header('RateLimit', states.map(formatServiceLimit).join(', '));
}

function formatPolicy({ name, rate }: LimitState): string {
  return `"${name}";q=${rate.pointsMax};w=${rate.windowSeconds}`;
}

function formatServiceLimit({ name, remaining, resetsAfterMs }: LimitState): string {
  return `"${name}";r=${remaining};t=${toWholeSeconds(resetsAfterMs)}`;
}

/** Rounds up, so that the window is over for a client that waits this long. */
export function toWholeSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1000));
}
