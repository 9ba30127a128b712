import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type App, buildContext, IdParameter } from '../../http/index.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { accountsErrors } from '../accounts/index.ts';
import { PersonalDataReply } from './schemas.ts';
import type { Privacy } from './use-cases.ts';

const tags = ['Privacy'];

export function registerPrivacyRoutes(app: App, privacy: Privacy): void {
  app.get(
    '/api/users/:id/personal-data',
    {
      schema: {
        operationId: 'getPersonalData',
        tags,
        summary: 'Give out everything that is kept of a person',
        description:
          'For the person themself, or an admin. `id` is that of an account or of a guest. The guests of the address of an account are included if the address is proven. Secrets and data of other people are left out. Each call is in the audit.',
        params: IdParameter,
        response: { 200: PersonalDataReply },
      },
      config: { errors: [authErrors.stepUpRequired, accountsErrors.notFound] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const document = await privacy.readPersonalData(buildContext(request), id);
      reply.header('content-disposition', `attachment; filename="personal-data-${id}.json"`);
      return sendStream(request, reply, document);
    },
  );
}

/** Sends JSON while it is written. */
function sendStream(request: FastifyRequest, reply: FastifyReply, text: AsyncIterable<string>) {
  reply.type('application/json; charset=utf-8');
  return request.method === 'HEAD'
    ? reply.send()
    : reply.send(Readable.from(text, { objectMode: false }));
}
