import { type App, buildContext, ifMatchVersion, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { shopErrors } from './errors.ts';
import { ListSlotsQuery, SlotList } from './schemas.ts';
import { ShopReply, UpdateShopBody } from './settings/schemas.ts';
import type { Scheduling } from './use-cases.ts';

const tags = ['Shop'];

/** No entity tags: `open` and the others change with the time, and a version does not. */
export function registerSchedulingRoutes(app: App, scheduling: Scheduling): void {
  app.get(
    '/api/shop',
    {
      schema: {
        operationId: 'getShopSettings',
        summary: 'Read the shop',
        description:
          'Its settings and whether it is open now. They change with the time, so the reply has no entity tag.',
        tags,
        response: { 200: ShopReply },
      },
    },
    () => scheduling.getShop(),
  );

  app.patch(
    '/api/shop',
    {
      schema: {
        operationId: 'updateShopSettings',
        summary: 'Change the shop',
        description:
          'Guard the change with `version` in the body, or with the version as an entity tag in `If-Match`. It applies to the next order on every server. The kitchen may change `acceptingOrders` and `pausedUntil`. A pause refuses every order; placed ones are kept.',
        tags,
        body: UpdateShopBody,
        response: { 200: ShopReply },
      },
      config: { errors: [shopErrors.versionConflict, requestErrors.preconditionFailed] },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      const outcome = await scheduling.updateShop(buildContext(request), request.body, accepted);
      return sendOnce(reply, outcome, { status: 200 });
    },
  );

  app.get(
    '/api/slots',
    {
      schema: {
        operationId: 'listSlots',
        summary: 'Find the slots of a day',
        description:
          'The slots that an order can request now: of the openings that begin on this day, not before the lead time and within the horizon. All types share their places.',
        tags,
        querystring: ListSlotsQuery,
        response: { 200: SlotList },
      },
    },
    (request) => scheduling.listSlots(request.query),
  );
}
