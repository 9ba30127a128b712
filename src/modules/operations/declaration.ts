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
      description: 'Health, metrics, invariants, queues, mail and the audit.',
      place: 100,
    },
  ],
} as const satisfies ModuleDeclaration;
