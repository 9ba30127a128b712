import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { operationsErrors } from './errors.ts';

const readers: Access = { roles: ['admin'], scopes: ['operations:read'] };

export const operationsDeclaration = {
  name: 'operations',
  errors: operationsErrors,
  access: {
    checkInvariants: readers,
    getActivity: readers,
    listQueues: readers,
    listDeadLetters: readers,
    redriveDeadLetter: { roles: ['admin'] },
    listMail: readers,
    listAudit: { roles: ['admin'] },
    listLogSeals: readers,
  },
  probeAccess: {
    getHealth: 'anyone',
    getLiveness: 'anyone',
    getReadiness: 'anyone',
    getMetrics: 'metrics',
  },
  tags: [
    {
      name: 'Operating',
      description: 'Health, metrics, invariants, queues, mail, the audit and the seals of the log.',
      place: 100,
    },
  ],
} as const satisfies ModuleDeclaration;
