import { randomBytes } from 'node:crypto';
import type { Database } from '../../../src/database/database.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { createSession, type Session } from '../../support/session.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { listAllSlots } from '../../support/slots.ts';
import { pickRandom } from '../history.ts';
import type { Headers, World } from './journey.ts';

export interface OpenShop {
  readonly database: Database;
  /** Of a server that works. */
  readonly url: string;
  readonly admin: UserCaller;
  readonly mint: (caller: UserCaller) => string;
}

export interface WorldOptions {
  /** Of the stretch. */
  readonly number: number;
  readonly clients: number;
  /** Those of earlier stretches. */
  readonly customers: readonly UserCaller[];
  readonly seed: number;
  readonly isEnding: () => boolean;
}

const PRODUCTS = 12;
/** Every third product sells out. */
const UNITS = [1_000_000, 1_000_000, 150];
const NEW_CUSTOMERS = 24;
/** A token is valid for 15 minutes. */
const TOKEN_MS = 300_000;
const FEW_SLOTS = 200;

/** Sets up the products and customers of a stretch. Returns the world as one of the clients sees it. */
export async function openWorld(
  { database, url, admin, mint }: OpenShop,
  { number, clients, customers, seed, isEnding }: WorldOptions,
): Promise<(client: number) => World> {
  const tokens = new Map<string, { readonly headers: Headers; readonly at: number }>();
  const signIn = (caller: UserCaller) => {
    const known = tokens.get(caller.id);
    if (known !== undefined && performance.now() - known.at < TOKEN_MS) return known.headers;
    const headers = { authorization: `Bearer ${mint(caller)}` };
    tokens.set(caller.id, { headers, at: performance.now() });
    return headers;
  };
  // An abandoned stretch of the same number may have left its own.
  const label = `${number}-${randomBytes(4).toString('hex')}`;
  const skus: string[] = [];
  for (let product = 1; product <= PRODUCTS; product += 1) {
    const onHand = UNITS[product % UNITS.length]!;
    skus.push((await addProduct(database, { sku: `S${label}-${product}`, onHand })).sku);
  }
  const mine = [...customers];
  while (mine.length < customers.length + NEW_CUSTOMERS) {
    mine.push(await addUser(database, { vip: mine.length % 8 === 0 }));
  }
  const staff = createSession(url, {
    email: '',
    password: '',
    accessToken: mint(admin),
    userId: admin.id,
  });
  const world = {
    isEnding,
    staff: () => signIn(admin),
    skus,
    codes: await addCodes(staff, label),
    slots: (await listAllSlots(staff)).slice(4, FEW_SLOTS).map(({ start }) => start),
    history: [],
    contradictions: [],
  };
  return (client) => {
    const random = pickRandom(seed + client);
    return {
      ...world,
      random,
      // A cart belongs to one client at a time.
      pickCustomer() {
        const place = Math.floor((random() * mine.length) / clients) * clients + client;
        const caller = mine[place % mine.length]!;
        return { id: caller.id, headers: signIn(caller) };
      },
    };
  };
}

/** One code for everybody, and one with few uses. */
async function addCodes(staff: Session, label: string): Promise<string[]> {
  const codes = [`TEN-${label}`, `FEW-${label}`];
  for (const [index, code] of codes.entries()) {
    const usesMax = index === 0 ? null : 100;
    const body = { code, name: code, kind: 'PERCENT', percent: '10', scope: 'ORDER', usesMax };
    const reply = await staff.post('/api/discounts', body);
    if (reply.status !== 201) throw new Error(`${code}: ${reply.status} ${reply.text}`);
  }
  return codes;
}

/** Offers collection in slots and shipment, day and night. */
export async function openAtAllHours(staff: Session): Promise<void> {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const reply = await staff.patch('/api/shop', {
    fulfilmentTypes: ['PICKUP', 'SHIPMENT'],
    openingHours: Object.fromEntries(days.map((day) => [day, [['00:00', '24:00']]])),
    slotMinutes: 15,
    slotOrdersMax: 1_000,
    horizonDays: 14,
    leadMinutes: 0,
  });
  if (reply.status !== 200) throw new Error(`the shop stays closed: ${reply.status} ${reply.text}`);
}
