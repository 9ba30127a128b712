/** Names the queries of the audit. */
export const auditKey = ['audit'] as const;
