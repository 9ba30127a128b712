import { Type } from 'typebox';
import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import type { App } from './app.ts';
import { indexPage, problemPage, sendPage } from './page.ts';

/** The errors of the shell itself and of the layers below it. */
export const shellErrors: readonly ErrorDefinition[] = [
  requestErrors,
  authErrors,
  idempotencyErrors,
  serviceErrors,
].flatMap((errors) => Object.values(errors));

/** Installs the pages that the `type` of problem documents points to. Throws if two errors have the same code. */
export function installProblemPages(app: App, catalogue: readonly ErrorDefinition[]): void {
  const byCode = new Map<string, ErrorDefinition>();
  for (const definition of [...shellErrors, ...catalogue]) {
    const earlier = byCode.get(definition.code);
    if (earlier !== undefined && earlier !== definition) {
      throw new Error(`Two errors have the code ${definition.code}.`);
    }
    byCode.set(definition.code, definition);
  }
  const codes = [...byCode.values()].sort((a, b) => a.code.localeCompare(b.code, 'en'));
  const { publicPath } = app;
  const index = indexPage(codes, publicPath);
  const pages = new Map(
    codes.map((definition) => [definition.code, problemPage(definition, publicPath)]),
  );

  app.get(
    '/problems',
    { schema: { operationId: 'getProblemPage' }, config: { page: true } },
    (_request, reply) => sendPage(reply, index),
  );
  app.get(
    '/problems/:code',
    {
      schema: { operationId: 'getProblemPage', params: Type.Object({ code: Type.String() }) },
      config: { page: true },
    },
    (request, reply) => {
      const page = pages.get(request.params.code);
      if (page === undefined) throw new CodedError(requestErrors.notFound);
      return sendPage(reply, page);
    },
  );
}
