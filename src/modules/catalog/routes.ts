import {
  type App,
  buildContext,
  entityTag,
  IdParameter,
  ifMatchVersion,
  sendOnce,
} from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { catalogErrors } from './errors.ts';
import {
  CreateProductBody,
  ListProductsQuery,
  ProductPage,
  ProductReply,
  type ProductView,
  UpdateProductBody,
} from './schemas.ts';
import type { Catalog } from './use-cases.ts';

const tags = ['Catalogue'];
const etag = (product: ProductView): string => entityTag(product.version);

export function registerCatalogRoutes(app: App, catalog: Catalog): void {
  app.get(
    '/api/products',
    {
      schema: {
        operationId: 'listProducts',
        summary: 'Find products',
        tags,
        querystring: ListProductsQuery,
        response: { 200: ProductPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => catalog.listProducts(request.caller, request.query),
  );

  app.get(
    '/api/products/:id',
    {
      schema: {
        operationId: 'getProduct',
        summary: 'Read a product',
        tags,
        params: IdParameter,
        response: { 200: ProductReply },
      },
      config: { errors: [catalogErrors.notFound], replyHeaders: ['ETag'] },
    },
    async (request, reply) => {
      const product = await catalog.getProduct(request.caller, request.params.id);
      return reply.header('ETag', etag(product)).send(product);
    },
  );

  app.post(
    '/api/products',
    {
      schema: {
        operationId: 'createProduct',
        summary: 'Add a product',
        tags,
        body: CreateProductBody,
        response: { 201: ProductReply },
      },
      config: { errors: [catalogErrors.skuTaken], replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const outcome = await catalog.createProduct(buildContext(request), request.body);
      const location = (product: ProductView) => `/api/products/${product.id}`;
      return sendOnce(reply, outcome, { status: 201, location, etag });
    },
  );

  app.patch(
    '/api/products/:id',
    {
      schema: {
        operationId: 'updateProduct',
        summary: 'Change a product',
        description:
          'Guard the change with `If-Match`, or with `version` in the body. Use stock adjustments to correct the stock.',
        tags,
        params: IdParameter,
        body: UpdateProductBody,
        response: { 200: ProductReply },
      },
      config: {
        errors: [
          catalogErrors.notFound,
          catalogErrors.versionConflict,
          requestErrors.preconditionFailed,
        ],
      },
    },
    async (request, reply) => {
      const accepted = ifMatchVersion(request.headers['if-match']);
      const { id } = request.params;
      const outcome = await catalog.updateProduct(
        buildContext(request),
        id,
        request.body,
        accepted,
      );
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );
}
