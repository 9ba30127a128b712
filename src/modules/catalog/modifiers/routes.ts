import {
  type App,
  buildContext,
  entityTag,
  IdParameter,
  ifMatchVersion,
  sendOnce,
} from '../../../http/index.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { pricesErrors } from '../../pricing/index.ts';
import { catalogErrors } from '../errors.ts';
import {
  CreateGroupBody,
  GroupPage,
  GroupReply,
  type GroupView,
  ListGroupsQuery,
  NoReply,
  UpdateGroupBody,
} from './schemas.ts';
import type { ModifierGroups } from './use-cases.ts';

const tags = ['Catalogue'];
const etag = (group: GroupView): string => entityTag(group.version);

export function registerModifierGroupRoutes(app: App, groups: ModifierGroups): void {
  app.get(
    '/api/modifier-groups',
    {
      schema: {
        operationId: 'listModifierGroups',
        summary: 'List modifier groups, oldest first',
        tags,
        querystring: ListGroupsQuery,
        response: { 200: GroupPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => groups.listModifierGroups(request.query),
  );

  app.get(
    '/api/modifier-groups/:id',
    {
      schema: {
        operationId: 'getModifierGroup',
        summary: 'Read a modifier group',
        tags,
        params: IdParameter,
        response: { 200: GroupReply },
      },
      config: { errors: [pricesErrors.notFound], replyHeaders: ['ETag'] },
    },
    async (request, reply) => {
      const group = await groups.getModifierGroup(request.params.id);
      return reply.header('ETag', etag(group)).send(group);
    },
  );

  app.post(
    '/api/modifier-groups',
    {
      schema: {
        operationId: 'createModifierGroup',
        summary: 'Add a modifier group',
        description:
          'Products offer it once they name it in `modifierGroupIds`. A modifier with a `sku` reserves stock of that product.',
        tags,
        body: CreateGroupBody,
        response: { 201: GroupReply },
      },
      config: { errors: [catalogErrors.modifierCodeTaken], replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const outcome = await groups.createModifierGroup(buildContext(request), request.body);
      const location = (group: GroupView) => `/api/modifier-groups/${group.id}`;
      return sendOnce(reply, outcome, { status: 201, location, etag });
    },
  );

  app.patch(
    '/api/modifier-groups/:id',
    {
      schema: {
        operationId: 'updateModifierGroup',
        summary: 'Change a modifier group',
        description:
          'Guard the change with `If-Match`, or with `version` in the body. `modifiers` replaces all modifiers of the group. Placed orders do not change.',
        tags,
        params: IdParameter,
        body: UpdateGroupBody,
        response: { 200: GroupReply },
      },
      config: {
        errors: [
          pricesErrors.notFound,
          pricesErrors.versionConflict,
          catalogErrors.modifierCodeTaken,
          requestErrors.preconditionFailed,
        ],
      },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      const { id } = request.params;
      const context = buildContext(request);
      const outcome = await groups.updateModifierGroup(context, id, request.body, accepted);
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );

  app.delete(
    '/api/modifier-groups/:id',
    {
      schema: {
        operationId: 'deleteModifierGroup',
        summary: 'Delete a modifier group',
        description: 'Only a group that no product offers. Placed orders do not change.',
        tags,
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: {
        errors: [pricesErrors.notFound, catalogErrors.groupInUse, requestErrors.preconditionFailed],
      },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      await groups.deleteModifierGroup(buildContext(request), request.params.id, accepted);
      return reply.code(204).send();
    },
  );
}
