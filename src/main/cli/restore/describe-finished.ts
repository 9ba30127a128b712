import { formatTable } from '../../terminal.ts';
import type { Finished } from './finish.ts';
import type { ListedChange } from './read-erasures.ts';

const SHOWN_MAX = 50;

export interface DescribeOptions {
  readonly changes: readonly ListedChange[];
  readonly snapshotAt: string;
}

/** Describes what a restore did after the data was there, and what is left to a person. */
export function describeFinished(
  { erased, validKeys }: Finished,
  { changes, snapshotAt }: DescribeOptions,
): string {
  const lines = [
    'All sessions have ended.',
    changes.length === 0
      ? 'Nobody was erased again: without --erasures, people who were erased after the backup are back.'
      : `People erased again: ${erased.count}.`,
  ];
  if (erased.openOrders.length > 0) {
    lines.push(
      '',
      'Orders of erased people that had ended after the backup, and are open again. Complete or cancel them:',
      ...shorten(erased.openOrders.map(({ number, status }) => `  ${number}  ${status}`)),
    );
  }
  const since = changes.filter(({ type, at }) => type !== 'user.erased' && at > snapshotAt);
  if (since.length > 0) {
    lines.push(
      '',
      'Changes of access after the backup, which are undone. Repeat what has to be:',
      ...shorten(since.map(({ at, type, id }) => `  ${at}  ${type}  ${id}`)),
    );
  }
  if (validKeys.length > 0) {
    const rows = validKeys.map(({ prefix, name, createdAt }) => [
      `${prefix}…`,
      name,
      createdAt.toISOString(),
    ]);
    lines.push(
      '',
      'API keys that count, those too that were revoked after the backup. Revoke again what has to be:',
      formatTable(['key', 'name', 'created'], rows.slice(0, SHOWN_MAX)),
      ...(rows.length > SHOWN_MAX ? [`and ${rows.length - SHOWN_MAX} more`] : []),
    );
  }
  lines.push('', 'Passwords, factors and roles are those of the backup, too.');
  return lines.join('\n');
}

function shorten(lines: readonly string[]): readonly string[] {
  const more = lines.length - SHOWN_MAX;
  return more > 0 ? [...lines.slice(0, SHOWN_MAX), `  and ${more} more`] : lines;
}
