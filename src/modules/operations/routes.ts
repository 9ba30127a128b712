import { type App, buildContext, IdParameter, NoBody, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { ActivityReply } from './activity-schemas.ts';
import { AuditPage, ListAuditQuery } from './audit-schemas.ts';
import { operationsErrors } from './errors.ts';
import {
  DeadLetterPage,
  InvariantsReply,
  ListDeadLettersQuery,
  ListMailQuery,
  MailPage,
  QueuesReply,
  RedriveReply,
} from './schemas.ts';
import { ListSealsQuery, SealPage } from './seal-schemas.ts';
import type { Operations } from './use-cases.ts';

const tags = ['Operating'];

export function registerOperationsRoutes(app: App, operations: Operations): void {
  app.get(
    '/api/operations/invariants',
    {
      schema: {
        operationId: 'checkInvariants',
        summary: 'Check the invariants on the live data',
        description: 'Reads whole tables, which takes seconds on a large shop.',
        tags,
        response: { 200: InvariantsReply },
      },
    },
    () => operations.checkInvariants(),
  );

  app.get(
    '/api/operations/activity',
    {
      schema: {
        operationId: 'getActivity',
        summary: "Read the shop's activity by hour, and this server's samples",
        tags,
        response: { 200: ActivityReply },
      },
    },
    () => operations.readActivity(),
  );

  app.get(
    '/api/operations/queues',
    {
      schema: {
        operationId: 'listQueues',
        summary: 'Count the jobs of each queue',
        tags,
        response: { 200: QueuesReply },
      },
    },
    () => operations.listQueues(),
  );

  app.get(
    '/api/operations/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetters',
        summary: 'List dead letters, newest first',
        tags,
        querystring: ListDeadLettersQuery,
        response: { 200: DeadLetterPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => operations.listDeadLetters(request.query),
  );

  app.post(
    '/api/operations/dead-letters/:id/redrive',
    {
      schema: {
        operationId: 'redriveDeadLetter',
        summary: 'Redrive a dead letter',
        tags,
        params: IdParameter,
        body: NoBody,
        response: { 202: RedriveReply },
      },
      config: { errors: [operationsErrors.notFound] },
    },
    async (request, reply) => {
      const outcome = await operations.redriveDeadLetter(buildContext(request), request.params.id);
      return sendOnce(reply, outcome, { status: 202 });
    },
  );

  app.get(
    '/api/operations/audit',
    {
      schema: {
        operationId: 'listAudit',
        summary: 'List who changed what, newest first',
        description:
          'Everything that changes something lasting, except orders, which have a history. Rows are never changed or deleted.',
        tags,
        querystring: ListAuditQuery,
        response: { 200: AuditPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => operations.listAudit(request.query),
  );

  app.get(
    '/api/operations/log-seals',
    {
      schema: {
        operationId: 'listLogSeals',
        summary: 'List the seals of the log and the audit, newest first',
        description:
          'They contain no personal data. Keep a copy where nobody who can change the database can change it, too: `holdfast verify-log --anchor FILE` takes a saved reply, and then also finds rows that were cut off and seals that were made anew. The webhook type `log.sealed` sends each seal as it is made.',
        tags,
        querystring: ListSealsQuery,
        response: { 200: SealPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => operations.listLogSeals(request.query),
  );

  app.get(
    '/api/operations/mail',
    {
      schema: {
        operationId: 'listMail',
        summary: 'List sent mail, newest first',
        description: 'Texts are for admins only: an API key reads the recipient and the subject.',
        tags,
        querystring: ListMailQuery,
        response: { 200: MailPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => operations.listMail(buildContext(request), request.query),
  );
}
