/** Several hosts of one database: which of them is written to. */
export type { KnownPrimary } from './choose-primary.ts';
export { requireTrusted, watchForLostStandby } from './doubts.ts';
export { DoubtfulConnectionError, NoPrimaryError } from './errors.ts';
export { createHighestTimeline } from './highest-timeline.ts';
export { type DatabaseHost, HostListError, listHosts, normalizeHosts } from './host-list.ts';
export type { HostStatus, StandbyRow } from './host-probe.ts';
export { createPrimaryClients, type PrimaryClient } from './primary-client.ts';
export { type PrimaryStatus, type PrimaryWatch, watchPrimary } from './primary-watch.ts';
