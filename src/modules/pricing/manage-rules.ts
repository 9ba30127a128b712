import { isDeepStrictEqual } from 'node:util';
import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import { type RequestContext, requireMatch } from '../../http/index.ts';
import type { Author } from '../../shared/caller.ts';
import { CodedError, type ErrorDefinition } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import type { ListRulesInput } from './fields.ts';
import { type PriceKind, recordPriceChange } from './record-change.ts';

/** What tax rates, charges and discounts have in common where they are managed. */
export interface RuleRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The use cases of one kind of rule. `accepted` lists the versions that `If-Match` accepts, null for any. */
export interface ManagedRules<New, Change, View> {
  /** Lists rules in the order of their creation. Throws `request.invalid_cursor`. */
  list(input: ListRulesInput): Promise<Page<View>>;
  get(id: string): Promise<View>;
  create(context: RequestContext, input: New): Promise<Once<View>>;
  /** Creates a rule in the caller's transaction, for demo data. */
  add(tx: Transaction, input: New, author: Author): Promise<View>;
  /** Changes what the input contains. One that changes nothing keeps the version. */
  update(
    context: RequestContext,
    id: string,
    input: Change,
    accepted: readonly number[] | null,
  ): Promise<Once<View>>;
  delete(context: RequestContext, id: string, accepted: readonly number[] | null): Promise<void>;
}

/** The terms that a change replaces, and the version that it was based on. */
export type RuleChange<Terms> = Partial<Terms> & { readonly version?: number };

/** How one kind of rule is stored, checked and shown. */
export interface RuleKind<Row extends RuleRow, Fields, New, Terms, View> {
  /** Names its list in cursors. */
  readonly name: string;
  /** What its changes are called in the log. */
  readonly loggedAs: PriceKind;
  readonly errors: Readonly<Record<'notFound' | 'versionConflict', ErrorDefinition>>;
  /** Reads the rules after an id, in the order of ids. */
  list(db: Queryable, afterId: string | null, max: number): Promise<Row[]>;
  find(db: Queryable, id: string): Promise<Row[]>;
  lock(tx: Transaction, id: string): Promise<Row[]>;
  insert(tx: Transaction, id: string, fields: Fields): Promise<Row[]>;
  change(tx: Transaction, id: string, fields: Fields): Promise<Row[]>;
  delete(tx: Transaction, id: string): Promise<unknown>;
  /** Returns everything that a client may set, with the defaults for what a new rule leaves out. */
  complete(input: New): Terms;
  /** Returns the same for a stored rule. */
  toTerms(row: Row): Terms;
  /** Returns the columns. Throws `request.invalid` for terms that do not go together. */
  toFields(terms: Terms): Fields;
  /** Throws if a stored rule may not become this. */
  checkChange?(row: Row, fields: Fields): void;
  /** Throws if there may not be such a rule besides the others. `before` is null for a new one. */
  checkOthers?(tx: Transaction, before: Row | null, after: Row): Promise<void>;
  present(row: Row): View;
}

export interface RuleDependencies {
  readonly database: Database;
  /** Where lists are read; may lag. */
  readonly reads: Queryable;
  readonly cursors: Cursors;
}

export function manageRules<Row extends RuleRow, Fields, New, Terms extends object, View>(
  { database, reads, cursors }: RuleDependencies,
  kind: RuleKind<Row, Fields, New, Terms, View>,
): ManagedRules<New, RuleChange<Terms>, View> {
  const { notFound, versionConflict } = kind.errors;

  function requireRow([row]: readonly Row[]): Row {
    if (row === undefined) throw new CodedError(notFound);
    return row;
  }

  function record(tx: Transaction, before: Row | null, after: Row | null, author: Author) {
    const change = { kind: kind.loggedAs, before, after, toTerms: kind.toTerms };
    return recordPriceChange(tx, change, author);
  }

  async function add(tx: Transaction, input: New, author: Author): Promise<View> {
    const [row] = await kind.insert(tx, newId(), kind.toFields(kind.complete(input)));
    await kind.checkOthers?.(tx, null, row!);
    await record(tx, null, row!, author);
    return kind.present(row!);
  }

  return {
    add,
    async list({ limit = PAGE_LIMIT_DEFAULT, cursor }) {
      const scope = { list: kind.name };
      const [afterId = null] =
        cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string]);
      const rows = await kind.list(reads, afterId, limit + 1);
      return buildPage(rows, limit, kind.present, ({ id }) => cursors.encode(scope, [id]));
    },
    async get(id) {
      return kind.present(requireRow(await kind.find(database, id)));
    },
    create: (context, input) => once(database, context.claim, (tx) => add(tx, input, context)),
    update(context, id, { version, ...change }, accepted) {
      return once(database, context.claim, async (tx) => {
        const row = requireRow(await kind.lock(tx, id));
        requireMatch(accepted, row.version);
        if (version !== undefined && version !== row.version) {
          throw new CodedError(versionConflict, { extensions: { currentVersion: row.version } });
        }
        const before = kind.toTerms(row);
        const fields = kind.toFields({ ...before, ...change });
        if (isDeepStrictEqual(fields, kind.toFields(before))) return kind.present(row);
        kind.checkChange?.(row, fields);
        const [changed] = await kind.change(tx, id, fields);
        await kind.checkOthers?.(tx, row, changed!);
        await record(tx, row, changed!, context);
        return kind.present(changed!);
      });
    },
    delete(context, id, accepted) {
      return database.transaction(async (tx) => {
        const row = requireRow(await kind.lock(tx, id));
        requireMatch(accepted, row.version);
        await kind.delete(tx, id);
        await record(tx, row, null, context);
      });
    },
  };
}
