import type pg from 'pg';
import type { SpanOptions, Tracing } from '../shared/tracing.ts';
import { type ColumnValue, toArrayLiteral } from './column-arrays.ts';
import { isPreparedStatementError } from './database-errors.ts';
import { writeTogether } from './run-on-connection.ts';

/** Runs a named statement on a connection. */
export type Execute = <Row>(
  client: pg.ClientBase,
  name: string,
  text: string,
  parameters: readonly unknown[],
) => Promise<Row[]>;

export interface ExecuteOptions {
  /** Called with the duration of each statement. */
  readonly observe: (name: string, durationSeconds: number) => void;
  readonly tracing: Tracing | null;
  /** Called when a prepared statement does not exist on the server, or already exists. */
  readonly onPreparedFault: () => void;
}

/** Options of a statement's span, which has the statement's name. Parameters are left out: they contain user input. */
const STATEMENT: SpanOptions = {
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql' },
};

export function createExecute({ observe, tracing, onPreparedFault }: ExecuteOptions): Execute {
  return async function execute<Row>(
    client: pg.ClientBase,
    name: string,
    text: string,
    parameters: readonly unknown[],
  ): Promise<Row[]> {
    const startedAt = performance.now();
    writeTogether(client);
    // Statements outside requests and jobs, such as polling, belong to no trace.
    const isTraced = tracing !== null && tracing.current() !== null;
    const span = isTraced ? tracing.start(name, STATEMENT) : null;
    try {
      const result = await client.query({ name, text, values: parameters.map(toParameter) });
      span?.end();
      return result.rows as Row[];
    } catch (error) {
      if (isPreparedStatementError(error)) onPreparedFault();
      span?.end(error);
      throw error;
    } finally {
      observe(name, (performance.now() - startedAt) / 1000);
    }
  };
}

function toParameter(value: unknown): unknown {
  return Array.isArray(value) ? toArrayLiteral(value as readonly ColumnValue[]) : value;
}
