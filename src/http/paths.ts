import type { FastifyInstance, HTTPMethods } from 'fastify';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Returns a request's target without its query. */
export function getPath(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** Returns the methods that a path supports, without OPTIONS, since preflights are answered on any path. */
export function findMethods(app: FastifyInstance, path: string): HTTPMethods[] {
  return METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
}
