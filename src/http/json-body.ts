import type { FastifyRequest } from 'fastify';
import { parseJson } from '../shared/json.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as they came, for signatures over them; null when there was none. */
    rawBody: Buffer | null;
  }
}

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?;?$/i;

/** JSON is UTF-8 and nothing else. Source: RFC 8259 §8.1. */
export function mediaTypeIsJson(contentType: string): boolean {
  return contentType === 'application/json' || JSON_TYPE.test(contentType);
}

/** Replaces Fastify's parsers: JSON is the only body that is understood. */
export function installJsonBody(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes, done) => {
      request.rawBody = bytes;
      // To read a large body costs a thousand times what it costs to find that nobody signed it.
      if (request.routeOptions.config.signedBody === true) {
        done(null, undefined);
        return;
      }
      let body: unknown;
      try {
        body = parseJson(bytes);
      } catch (error) {
        done(error as Error);
        return;
      }
      done(null, body);
    },
  );
}
