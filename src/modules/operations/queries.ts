import { statement } from '../../database/statement.ts';

/** Returns the comment of each invariant's view, which describes it. */
export const findDescriptions = statement<[], { name: string; description: string | null }>(
  'operations.find_descriptions',
  `select relname as name, obj_description(oid, 'pg_class') as description
     from pg_class
    where relkind = 'v'
      and relnamespace = current_schema()::regnamespace
      and relname like 'inv\\_%'
    order by relname`,
);

export const ping = statement<[], { answer: number }>('operations.ping', 'select 1 as answer');
