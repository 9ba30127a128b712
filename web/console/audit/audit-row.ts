// Not from `api.ts`, which only browsers can load, so that tests can load the files that use these.
import type { operations } from '../../../clients/typescript/src/index.ts';

type AuditPage = operations['listAudit']['responses'][200]['content']['application/json'];
/** One change that the audit recorded. */
export type AuditRow = AuditPage['data'][number];
export type SubjectType = AuditRow['subject']['type'];
