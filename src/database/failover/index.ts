/** Several hosts of one database: which of them is written to. */
export { requireTrusted, watchForLostStandby } from './doubts.ts';
export { NoPrimaryError } from './errors.ts';
export { createHighestTimeline } from './highest-timeline.ts';
export { type DatabaseHost, listHosts, normalizeHosts } from './host-list.ts';
export type { HostStatus } from './host-probe.ts';
export { createPrimaryClients, type PrimaryClient } from './primary-client.ts';
export { type PrimaryStatus, type PrimaryWatch, watchPrimary } from './primary-watch.ts';
