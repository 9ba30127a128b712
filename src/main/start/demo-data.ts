import { randomInt } from 'node:crypto';
import type { Database, Transaction } from '../../database/database.ts';
import { addUser, countUsers, findActiveUsers } from '../../modules/accounts/index.ts';
import { type Catalog, countProducts } from '../../modules/catalog/index.ts';
import { type Role, systemAuthor } from '../../shared/caller.ts';
import { money } from '../../shared/money.ts';
import type { Application } from '../compose/compose.ts';
import { type DemoDish, type DemoGroup, demoGroups, demoMenu } from './demo-menu.ts';
import { addDemoRules } from './demo-rules.ts';
import { setUpDemoShop } from './demo-shop.ts';
import { lockDemoData } from './queries.ts';

/** The initial units on hand of each dish. */
const STOCK = 200;
/** Leaves room for dishes in between. */
const POSITION_STEP = 10;

interface DemoUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly vip: boolean;
}

const demoUsers: readonly DemoUser[] = [
  { email: 'admin@holdfast.example', name: 'Alex Admin', role: 'admin', vip: false },
  { email: 'kitchen@holdfast.example', name: 'Kim Kitchen', role: 'kitchen', vip: false },
  { email: 'vera@holdfast.example', name: 'Vera', role: 'customer', vip: true },
  { email: 'carl@holdfast.example', name: 'Carl', role: 'customer', vip: false },
];

/** A demo user with the password, which is readable nowhere else. */
export interface DemoAccount extends DemoUser {
  readonly id: string;
  readonly password: string;
}

/**
 * Loads a small menu, what its orders cost besides, the shop's hours and slots, and four users with new passwords.
 * Returns null if the database is not empty. Servers that start together load it once.
 */
export function loadDemoData(
  database: Database,
  {
    catalog,
    pricing,
    scheduling,
  }: Pick<Application['modules'], 'catalog' | 'pricing' | 'scheduling'>,
  currency: string,
): Promise<readonly DemoAccount[] | null> {
  return database.transaction(async (tx) => {
    await lockDemoData(tx);
    const [[users], [products]] = await Promise.all([countUsers(tx), countProducts(tx)]);
    if (users!.count > 0 || products!.count > 0) return null;
    const accounts: DemoAccount[] = [];
    for (const user of demoUsers) {
      const account = { ...user, password: readablePassword() };
      const { id } = await addUser(tx, author, account);
      accounts.push({ ...account, id });
    }
    await addDemoMenu(tx, catalog, currency);
    await addDemoRules(tx, pricing, currency, author);
    await setUpDemoShop(tx, scheduling, author);
    return accounts;
  });
}

const author = systemAuthor('demo data');

async function addDemoMenu(tx: Transaction, catalog: Catalog, currency: string): Promise<void> {
  const groupIds = new Map<string, string>();

  async function addDish(dish: DemoDish): Promise<void> {
    const { priceMinor, groups = [], ...fields } = dish;
    const input = {
      ...fields,
      price: money(priceMinor, currency),
      onHand: STOCK,
      position: demoMenu.indexOf(dish) * POSITION_STEP,
      modifierGroupIds: groups.map((name) => groupIds.get(name)!),
    };
    await catalog.addProduct(tx, input, author);
  }

  async function addGroup(key: string, { modifiers, ...group }: DemoGroup): Promise<void> {
    const { id } = await catalog.addModifierGroup(
      tx,
      {
        ...group,
        modifiers: modifiers.map(({ priceMinor, ...modifier }) => ({
          ...modifier,
          price: money(priceMinor, currency),
        })),
      },
      author,
    );
    groupIds.set(key, id);
  }

  // Modifiers name dishes without groups, and dishes name groups.
  for (const dish of demoMenu) if (dish.groups === undefined) await addDish(dish);
  for (const [key, group] of Object.entries(demoGroups)) await addGroup(key, group);
  for (const dish of demoMenu) if (dish.groups !== undefined) await addDish(dish);
}

/** Returns the demo users that can still sign in: production does not start with them. */
export async function activeDemoUsers(database: Database): Promise<readonly string[]> {
  const rows = await findActiveUsers(
    database,
    demoUsers.map(({ email }) => email),
  );
  return rows.map(({ email }) => email);
}

/** Without letters and digits that are easily confused. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Creates a password such as `k7mp-w2xd-9rfq-t4hn`: 79 bits, easy to type from a screen. */
function readablePassword(): string {
  const letter = () => ALPHABET[randomInt(ALPHABET.length)]!;
  const group = () => Array.from({ length: 4 }, letter).join('');
  return Array.from({ length: 4 }, group).join('-');
}
