import Fastify from 'fastify';

/** What a reply costs at the very least here: one route, no hook, a small reply by its schema. Tells its port and serves. */
const app = Fastify();
app.get(
  '/orders/:id',
  {
    schema: {
      response: {
        200: {
          type: 'object',
          properties: { id: { type: 'string' }, status: { type: 'string' } },
        },
      },
    },
  },
  async (request) => ({ id: (request.params as { id: string }).id, status: 'PENDING' }),
);
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.once('disconnect', () => process.exit());
