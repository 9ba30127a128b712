import { type Static, type TObject, type TSchema, Type } from 'typebox';
import {
  type App,
  buildContext,
  entityTag,
  IdParameter,
  ifMatchVersion,
  pageOfSchema,
  sendOnce,
} from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';
import { ListRulesQuery } from './fields.ts';
import type { ManagedRules } from './manage-rules.ts';

/** How one kind of rule is served. */
export interface RuleRoutes<New extends TSchema, Change extends TSchema, Reply extends TSchema> {
  /** Such as `/api/tax-rates`. */
  readonly path: string;
  /** The words for one and several in operation ids, such as `TaxRate` and `TaxRates`. */
  readonly ids: readonly [one: string, several: string];
  /** The same in summaries, such as `a tax rate` and `tax rates`. */
  readonly words: readonly [one: string, several: string];
  readonly createBody: New;
  readonly updateBody: Change;
  readonly reply: Reply;
  /** What is particular about the kind, if anything. */
  readonly description?: string;
  readonly errors: Readonly<Record<'notFound' | 'versionConflict', ErrorDefinition>>;
  /** Refusals of a new rule and of a change. */
  readonly writeErrors: readonly ErrorDefinition[];
  readonly changeErrors?: readonly ErrorDefinition[];
  readonly deleteErrors?: readonly ErrorDefinition[];
}

interface Stamped {
  readonly id: string;
  readonly version: number;
}

const tags = ['Prices'];
const NoReply = Type.Unsafe<undefined>({ type: 'null', description: 'Deleted.' });
const etag = ({ version }: Stamped): string => entityTag(version);

/** Registers the five operations of one kind of rule. */
export function registerRuleRoutes<
  New extends TObject,
  Change extends TObject,
  Reply extends TSchema,
  View extends Stamped,
>(
  app: App,
  rules: ManagedRules<Static<New>, Static<Change>, View>,
  routes: RuleRoutes<New, Change, Reply>,
): void {
  const { path, ids, words, errors, writeErrors, changeErrors = [], deleteErrors = [] } = routes;
  const [one, several] = words;

  app.get(
    path,
    {
      schema: {
        operationId: `list${ids[1]}`,
        tags,
        summary: `List ${several}, oldest first`,
        querystring: ListRulesQuery,
        response: { 200: pageOfSchema(routes.reply as TSchema) },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => rules.list(request.query),
  );

  app.post(
    path,
    {
      schema: {
        operationId: `create${ids[0]}`,
        tags,
        summary: `Add ${one}`,
        ...(routes.description === undefined ? {} : { description: routes.description }),
        body: routes.createBody as TSchema,
        response: { 201: routes.reply as TSchema },
      },
      config: { errors: writeErrors, replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const outcome = await rules.create(buildContext(request), request.body as Static<New>);
      const location = ({ id }: View) => `${path}/${id}`;
      return sendOnce(reply, outcome, { status: 201, location, etag });
    },
  );

  app.get(
    `${path}/:id`,
    {
      schema: {
        operationId: `get${ids[0]}`,
        tags,
        summary: `Read ${one}`,
        params: IdParameter,
        response: { 200: routes.reply as TSchema },
      },
      config: { errors: [errors.notFound], replyHeaders: ['ETag'] },
    },
    async (request, reply) => {
      const rule = await rules.get(request.params.id);
      return reply.header('ETag', etag(rule)).send(rule);
    },
  );

  app.patch(
    `${path}/:id`,
    {
      schema: {
        operationId: `update${ids[0]}`,
        tags,
        summary: `Change ${one}`,
        description:
          'Null clears a field that may be null. Guard the change with `If-Match`, or with `version` in the body. Placed orders keep their bill.',
        params: IdParameter,
        body: routes.updateBody as TSchema,
        response: { 200: routes.reply as TSchema },
      },
      config: {
        errors: [
          errors.notFound,
          errors.versionConflict,
          ...writeErrors,
          ...changeErrors,
          requestErrors.preconditionFailed,
        ],
      },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      const outcome = await rules.update(
        buildContext(request),
        request.params.id,
        request.body as Static<Change>,
        accepted,
      );
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );

  app.delete(
    `${path}/:id`,
    {
      schema: {
        operationId: `delete${ids[0]}`,
        tags,
        summary: `Delete ${one}`,
        description: 'Guard the deletion with `If-Match`. Placed orders keep their bill.',
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [errors.notFound, ...deleteErrors, requestErrors.preconditionFailed] },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      await rules.delete(buildContext(request), request.params.id, accepted);
      return reply.code(204).send();
    },
  );
}
