import { Readable } from 'node:stream';
import type { FastifyRequest, preParsingHookHandler } from 'fastify';
import { parseJson } from '../shared/json.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The raw bytes of the body, for signatures; null without a body. */
    rawBody: Buffer | null;
  }
}

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?;?$/i;

/** Returns whether a content type is JSON, in UTF-8 only. Source: RFC 8259 §8.1. */
export function mediaTypeIsJson(contentType: string): boolean {
  return contentType === 'application/json' || JSON_TYPE.test(contentType);
}

/**
 * Gives the parser an empty body if the request has none. Node ends the stream of such a request before the parser can
 * listen for its end, and a request with a media type but no body would never be answered.
 */
export const replaceMissingBody: preParsingHookHandler = (_request, _reply, payload, done) => {
  done(null, payload.readableEnded ? Readable.from([]) : payload);
};

/** Replaces Fastify's parsers: JSON is the only accepted body. */
export function installJsonBody(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes, done) => {
      request.rawBody = bytes;
      // Parsing a large body costs a thousand times as much as finding that it is not signed.
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
