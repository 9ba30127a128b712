import { type App, buildContext, IdParameter, requireCaller, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { catalogErrors } from '../catalog/index.ts';
import { inventoryErrors } from './errors.ts';
import { AdjustStockBody, ListMovementsQuery, MovementPage, MovementReply } from './schemas.ts';
import type { Inventory } from './use-cases.ts';

const tags = ['Stock'];

export function registerInventoryRoutes(app: App, inventory: Inventory): void {
  app.post(
    '/api/products/:id/stock-adjustments',
    {
      schema: {
        operationId: 'adjustStock',
        summary: 'Correct the stock of a product',
        tags,
        params: IdParameter,
        body: AdjustStockBody,
        response: { 201: MovementReply },
      },
      config: { errors: [catalogErrors.notFound, inventoryErrors.belowReserved] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const outcome = await inventory.adjustStock(buildContext(request), id, request.body);
      return sendOnce(reply, outcome, { status: 201 });
    },
  );

  app.get(
    '/api/products/:id/stock-adjustments',
    {
      schema: {
        operationId: 'listStockAdjustments',
        summary: 'Read the stock ledger of a product',
        description:
          'Newest first: initial stock, corrections, and units consumed or returned by orders.',
        tags,
        params: IdParameter,
        querystring: ListMovementsQuery,
        response: { 200: MovementPage },
      },
      config: { errors: [catalogErrors.notFound, requestErrors.invalidCursor] },
    },
    (request) => inventory.listMovements(requireCaller(request), request.params.id, request.query),
  );
}
