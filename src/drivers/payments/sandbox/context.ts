import type { Database } from '../../../database/database.ts';
import type { Deliveries } from './deliveries.ts';

/** What the sandbox's use cases stand on. */
export interface SandboxContext {
  readonly database: Database;
  readonly deliveries: Deliveries;
  /** Where its payment pages are reached, without a slash at the end. */
  readonly publicUrl: string;
}
