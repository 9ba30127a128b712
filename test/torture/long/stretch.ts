import type { UserCaller } from '../../../src/shared/caller.ts';
import { pause } from '../../../src/shared/pause.ts';
import { runCommand } from '../../support/command.ts';
import { createSession, type Session } from '../../support/session.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { listAllSlots } from '../../support/slots.ts';
import { pickRandom } from '../history.ts';
import { checkStretch } from './check-stretch.ts';
import { Courier } from './courier.ts';
import type { Intent } from './history.ts';
import { goShopping, type World } from './journey.ts';
import { inflict } from './lanes.ts';
import type { LongShop } from './long-shop.ts';
import { type Sample, takeSample } from './measure.ts';
import type { Stretch } from './state.ts';
import { Tally } from './tally.ts';
import { untilSettled } from './until-settled.ts';

export interface StretchOptions {
  readonly number: number;
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  readonly clients: number;
  readonly customers: readonly UserCaller[];
  /** Abandons the stretch. */
  readonly signal: AbortSignal;
}

export interface RunStretch {
  readonly stretch: Stretch;
  readonly history: readonly Intent[];
  readonly samples: readonly Sample[];
}

const PRODUCTS = 12;
/** Every third product sells out. */
const UNITS = [1_000_000, 1_000_000, 150];
const NEW_CUSTOMERS = 24;
const SAMPLE_MS = 10_000;
/** Nothing that takes long begins after this part of a stretch. */
const ENDING = 0.85;
/** A token is valid for 15 minutes. */
const TOKEN_MS = 300_000;
/** Of the answers of the receivers. */
const FAILING = 0.01;
const FEW_SLOTS = 200;

/** Runs a stretch: load with kills, then all the work that is left, then the check of what was seen. */
export async function runStretch(shop: LongShop, options: StretchOptions): Promise<RunStretch> {
  const { database, servers, workers, smtp, receiver } = shop;
  const { number, seed, operations, signal } = options;
  // Of what an abandoned stretch has left, nobody knows what its clients saw.
  await untilSettled(database, signal);
  smtp.take();
  receiver.take();
  const after = await findEnd(shop);
  const startedAt = new Date();
  const random = pickRandom(seed);
  const tally = new Tally();
  const faultCounts: Record<string, number> = {};
  const measured = {
    stretch: number,
    tally,
    faults: () => Object.values(faultCounts).reduce((sum, count) => sum + count, 0),
    serverPids: () => servers.servers.map(({ pid }) => pid),
    workerPids: () => workers.servers.map(({ pid }) => pid),
    dataDirectory: servers.dataDirectory,
    database,
  };
  const progress = () => tally.total.ok / operations;
  const world = await openWorld(shop, options, { random, isEnding: () => progress() > ENDING });
  const samples = [await takeSample(measured)];
  const isDone = () => signal.aborted || progress() >= 1;
  misbehave(shop, pickRandom(seed + 1));
  const begunMs = performance.now();
  const clients = Array.from({ length: options.clients }, (_, index) =>
    runClient(shop, world(index), tally, isDone),
  );
  const sampling = sampleUntil(isDone, async () => {
    samples.push(await takeSample(measured));
  });
  await inflict({
    servers,
    workers,
    kills: options.kills,
    random,
    progress,
    isDone,
    onFault(name) {
      faultCounts[name] = (faultCounts[name] ?? 0) + 1;
    },
  });
  await Promise.all(clients);
  const loadSeconds = secondsSince(begunMs);
  await sampling;
  signal.throwIfAborted();

  behave(shop);
  const checkMs = performance.now();
  await untilSettled(database, signal);
  samples.push(await takeSample(measured));
  const events = receiver.take();
  const mails = smtp.take().map(({ headers }) => headers['message-id']!);
  const { history, contradictions, skus } = world(0);
  const found = await checkStretch(database, {
    after,
    history,
    contradictions,
    skus,
    events,
    forged: receiver.forged,
    mails,
  });
  found.push(...(await verifySeals(shop, startedAt)));
  const stretch: Stretch = {
    number,
    seed,
    startedAt: startedAt.toISOString(),
    loadSeconds,
    checkSeconds: secondsSince(checkMs),
    operations: tally.byKind,
    total: tally.total,
    faults: faultCounts,
    orders: history.filter(({ outcome }) => outcome.kind === 'placed').length,
    mails: mails.length,
    deliveries: events.length,
    ...tally.latency(),
    first: samples[0]!,
    last: samples.at(-1)!,
    found,
  };
  return { stretch, history, samples };
}

async function findEnd({ database }: LongShop): Promise<number> {
  const [row] = await database.run<{ end: number }>(
    'torture.end_of_log',
    'select coalesce(max(position), 0)::bigint as end from events',
    [],
  );
  return Number(row!.end);
}

/** Sets up the products and customers of a stretch. Returns the world as one of the clients sees it. */
async function openWorld(
  { database, servers, admin, mint }: LongShop,
  { number, clients, customers }: StretchOptions,
  shared: Pick<World, 'random' | 'isEnding'>,
): Promise<(client: number) => World> {
  const tokens = new Map<
    string,
    { readonly headers: World['staff'] extends () => infer H ? H : never; readonly at: number }
  >();
  const signIn = (caller: UserCaller) => {
    const known = tokens.get(caller.id);
    if (known !== undefined && performance.now() - known.at < TOKEN_MS) return known.headers;
    const headers = { authorization: `Bearer ${mint(caller)}` };
    tokens.set(caller.id, { headers, at: performance.now() });
    return headers;
  };
  const skus: string[] = [];
  for (let product = 1; product <= PRODUCTS; product += 1) {
    const onHand = UNITS[product % UNITS.length]!;
    skus.push((await addProduct(database, { sku: `S${number}-${product}`, onHand })).sku);
  }
  const mine = [...customers];
  while (mine.length < customers.length + NEW_CUSTOMERS) {
    mine.push(await addUser(database, { vip: mine.length % 8 === 0 }));
  }
  const staff = createSession(servers.servers[0]!.url, {
    email: '',
    password: '',
    accessToken: mint(admin),
    userId: admin.id,
  });
  const world = {
    ...shared,
    staff: () => signIn(admin),
    skus,
    codes: await addCodes(staff, number),
    slots: (await listAllSlots(staff)).slice(4, FEW_SLOTS).map(({ start }) => start),
    history: [],
    contradictions: [],
  };
  return (client) => ({
    ...world,
    // A cart belongs to one client at a time.
    pickCustomer() {
      const place = Math.floor((shared.random() * mine.length) / clients) * clients + client;
      const caller = mine[place % mine.length]!;
      return { id: caller.id, headers: signIn(caller) };
    },
  });
}

/** One code for everybody, and one with few uses. */
async function addCodes(staff: Session, number: number): Promise<string[]> {
  const codes = [`TEN-${number}`, `FEW-${number}`];
  for (const [index, code] of codes.entries()) {
    const usesMax = index === 0 ? null : 100;
    const body = { code, name: code, kind: 'PERCENT', percent: '10', scope: 'ORDER', usesMax };
    const reply = await staff.post('/api/discounts', body);
    if (reply.status !== 201) throw new Error(`${code}: ${reply.status} ${reply.text}`);
  }
  return codes;
}

async function runClient(
  { servers }: LongShop,
  world: World,
  tally: Tally,
  isDone: () => boolean,
): Promise<void> {
  const urls = () => servers.servers.map(({ url }) => url);
  const courier = new Courier({ urls, random: world.random, tally });
  try {
    while (!isDone()) await goShopping(world, courier);
  } finally {
    courier.close();
  }
}

async function sampleUntil(isDone: () => boolean, sample: () => Promise<void>): Promise<void> {
  let nextMs = performance.now() + SAMPLE_MS;
  while (!isDone()) {
    await pause(200);
    if (performance.now() < nextMs) continue;
    await sample();
    nextMs += SAMPLE_MS;
  }
}

/** Some messages are refused at first. */
function misbehave({ smtp, receiver }: LongShop, random: () => number): void {
  receiver.answer(() => (random() < FAILING ? 503 : 204));
  smtp.refuses = () => (random() < FAILING ? 451 : null);
}

function behave({ smtp, receiver }: LongShop): void {
  receiver.answer(() => 204);
  smtp.refuses = () => null;
}

/** Verifies what the stretch added to the log, and what an hour before it did. */
async function verifySeals({ environment }: LongShop, startedAt: Date): Promise<string[]> {
  const from = new Date(startedAt.getTime() - 3_600_000).toISOString();
  const { code, stdout, stderr } = await runCommand(['verify-log', '--from', from], {
    environment,
  });
  return code === 0 ? [] : [`verify-log ended with ${code}: ${stdout}${stderr}`];
}

function secondsSince(ms: number): number {
  return Math.round((performance.now() - ms) / 100) / 10;
}
