import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSync } from 'vite';
import { type SourceFile, sourceFiles } from './source-files.ts';

/**
 * Prices become totals in one function, `priceOrder`. This is checked in the syntax trees of server and pages, so SQL,
 * types and comments do not matter. The database's own checks and invariants verify the sums independently.
 */
const files = sourceFiles(
  'src/**/*.ts',
  'web/{console,shop,shared}/**/*.ts',
  'web/{console,shop,shared}/**/*.tsx',
);

/** The places in which money may be computed. */
const homes = /^src\/(modules\/pricing\/|shared\/money\.ts$)/;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly operator?: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly callee?: Node;
}

/** Yields this node and every node below it. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const one of value) yield* nodesOf(one);
  } else if (value !== null && typeof value === 'object') {
    if ('type' in value && 'start' in value) yield value as Node;
    for (const one of Object.values(value)) yield* nodesOf(one);
  }
}

function treeOf({ path, text }: SourceFile): readonly Node[] {
  const { program, errors } = parseSync(path, text);
  assert.deepEqual(errors, [], path);
  return [...nodesOf(program)];
}

const trees = new Map(files.map((file) => [file, treeOf(file)]));

/** Returns `path: code` of each wanted node outside the homes and without a reason. */
function placesOf(
  isWanted: (node: Node, textOf: (node: Node) => string) => boolean,
  reasons: Readonly<Record<string, string>>,
): string[] {
  const unused = new Set(Object.keys(reasons));
  const places = [...trees].flatMap(([{ path, text }, nodes]) => {
    if (homes.test(path)) return [];
    const textOf = ({ start, end }: Node) => text.slice(start, end);
    const found = nodes.filter((node) => isWanted(node, textOf));
    if (found.length > 0 && unused.delete(path)) return [];
    return found.map((node) => `${path}: ${textOf(node).replace(/\s+/g, ' ')}`);
  });
  return [...places, ...[...unused].map((path) => `${path} no longer needs an exception`)];
}

function isArithmetic({ type, operator = '' }: Node, operators: readonly string[]): boolean {
  return (
    (type === 'BinaryExpression' && operators.includes(operator)) ||
    (type === 'AssignmentExpression' && operators.includes(operator.replace(/=$/, '')))
  );
}

/** Names of quantities and money at the end of an operand: `line.quantity`, `price.amount`, `totalMinor!`. */
const QUANTITY = /(quantity|units)\W*$/i;
const MONEY = /(minor|amount|price|subtotal|\.total)\W*$/i;

test('only pricing multiplies quantities and amounts', () => {
  const isProduct = (node: Node, textOf: (node: Node) => string) =>
    isArithmetic(node, ['*']) &&
    [node.left!, node.right!].map(textOf).some((text) => QUANTITY.test(text) || MONEY.test(text));
  const reasons = {
    'src/drivers/payments/stripe/amounts.ts': 'Stripe counts some currencies in other units.',
    'src/modules/orders/order-units.ts': 'Units of stock, not money.',
  };
  assert.deepEqual(placesOf(isProduct, reasons), []);
});

test('only pricing adds up prices', () => {
  const isSum = (node: Node, textOf: (node: Node) => string) =>
    isArithmetic(node, ['+', '-']) &&
    [node.left!, node.right!].map(textOf).some((text) => MONEY.test(text));
  const reasons = {
    'src/modules/payments/ledger/apply-refund.ts': 'What is left of a capture after refunds.',
    'src/modules/payments/ledger/refund-limits.ts': 'What the caller may still refund.',
    'src/modules/payments/ledger/refund-payment.ts': 'What is left of a capture after refunds.',
    'src/modules/payments/ledger/return-money.ts': 'What is left of a capture after refunds.',
    'web/console/order/charge.ts': 'What is left of a charge after refunds.',
    'web/shop/parts/paid.tsx': 'What went back of the payments of an order.',
  };
  assert.deepEqual(placesOf(isSum, reasons), []);
});

test('only pricing calls the arithmetic of money', () => {
  const isCall = (node: Node, textOf: (node: Node) => string) =>
    node.type === 'CallExpression' &&
    /^(timesMinor|addMinor|sumMinor|percentOfMinor)$/.test(textOf(node.callee!));
  const reasons = {
    'src/main/cli/import/import-orders-file.ts': 'Sums over all orders of a file, for the report.',
    'src/main/cli/replay/replay-orders.ts': 'The parts of bills, as the server answered them.',
    'src/modules/orders/imports/order-sums.ts': 'Sums over orders, for reports.',
    'src/modules/orders/placement/buyer.ts': 'Sums over the unpaid orders of a customer.',
    'web/shop/checkout/tip-field.tsx': 'Suggests tips. The customer sends the chosen one.',
  };
  assert.deepEqual(placesOf(isCall, reasons), []);
});

test('the test finds arithmetic where it exists', () => {
  const arithmetic = files
    .filter(({ path }) => homes.test(path))
    .flatMap((file) => trees.get(file)!)
    .filter((node) => isArithmetic(node, ['*', '+', '-']) || node.type === 'CallExpression');
  assert.ok(arithmetic.length > 5);
});
