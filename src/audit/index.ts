/** The audit: who changed what lasts and belongs to no order. It is independent of the modules. */
export { type AuditType, auditTypes, type SubjectType, subjectTypes } from './audit-types.ts';
export { bringAuditIntoForm } from './bring-into-form.ts';
export { findStaffRole } from './person-queries.ts';
export {
  type PersonalParts,
  readPersonal,
  type StoredPersonal,
  storedPersonalColumns,
} from './personal-columns.ts';
export { findAuditEnd, listAccessChanges } from './queries.ts';
export { readAuditOfActor, readAuditOfSubject } from './read-person.ts';
export { type AuditEntry, recordAudit } from './record-audit.ts';
