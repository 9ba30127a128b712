import type { Database } from '../../../database/database.ts';
import type { Deliveries } from './deliveries.ts';

/** The dependencies of the sandbox's use cases. */
export interface SandboxContext {
  readonly database: Database;
  readonly deliveries: Deliveries;
  /** The base URL of the payment pages, without a trailing slash. */
  readonly publicUrl: string;
}
