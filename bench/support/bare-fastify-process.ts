import Fastify from 'fastify';

/**
 * Shows the minimum cost of a reply on this machine: one route, no hooks, a small reply with a schema. Reports its
 * address and serves.
 */
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
