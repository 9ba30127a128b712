import { pause } from '../../../src/shared/pause.ts';
import type { Member, PostgresPair } from '../../support/replication/pair.ts';
import type { PairedShop } from '../../support/replication/paired-shop.ts';
import { query, until } from '../../support/until.ts';
import type { Load } from './load.ts';

/** A pair under load, whose standby is synchronous. */
export interface Scene {
  readonly pair: PostgresPair;
  readonly shop: PairedShop;
  readonly load: Load;
  readonly primary: Member;
  readonly standby: Member;
  readonly random: () => number;
  /** Adds a detail to the line of the round. */
  readonly note: (text: string) => void;
}

/** What a fault has done. */
export interface Effect {
  /** Since when nothing could be written, monotonic. */
  readonly lostAt: number;
  /** When writes were back. Default: with the first order that is sent after the fault, and acknowledged. */
  readonly backAt?: number;
  /** Who is written to from now on. */
  readonly primary: Member;
  /** Brings the pair back to a primary with a synchronous standby, while orders are taken. */
  readonly mend: () => Promise<void>;
  /** Returns what is wrong after that, in sentences. */
  readonly inspect?: () => readonly string[];
}

export type Fault = (scene: Scene) => Promise<Effect>;

/** Longer than the watch of a server needs to see that a former primary can be reached again. */
const BESIDE_MS = 2_500;
/** Of a COMMIT that waits for its standby, see `createDatabase`, and for its connection. */
const REFUSED_WITHIN_MS = 30_000;

/** Lets the former primary follow the new one, from a new base backup. */
function exchange({ pair, primary, standby }: Scene): () => Promise<void> {
  return async () => {
    for (const { proxy, link } of [primary, standby]) {
      proxy.restore();
      link.restore();
    }
    await pair.follow(primary, standby);
    await pair.makeSynchronous(standby, primary);
  };
}

/** Waits for a time that the seed chooses. */
async function waitUpTo(ms: number, { random }: Scene): Promise<void> {
  await pause(random() * ms);
}

/** Each keeps to its time: the pair can be mended afterwards. By the names under which the table lists them. */
export const faults: Readonly<Record<string, Fault>> = {
  async 'primary killed, standby promoted'(scene) {
    const { primary, standby } = scene;
    const lostAt = performance.now();
    await primary.node.kill();
    await waitUpTo(1_000, scene);
    await standby.node.promote();
    return { lostAt, primary: standby, mend: exchange(scene) };
  },

  async 'primary and a server of ours killed, standby promoted'(scene) {
    const { primary, standby, shop, random } = scene;
    const lostAt = performance.now();
    const index = Math.floor(random() * shop.servers.length);
    const restarted = shop.restartServer(index);
    restarted.catch(() => {});
    await primary.node.kill();
    await waitUpTo(1_000, scene);
    await standby.node.promote();
    return {
      lostAt,
      primary: standby,
      async mend() {
        await restarted;
        await exchange(scene)();
      },
    };
  },

  async 'primary cut off alive, standby promoted, former primary back'(scene) {
    const { primary, standby } = scene;
    const lostAt = performance.now();
    primary.proxy.cut();
    primary.link.cut();
    await waitUpTo(500, scene);
    await standby.node.promote();
    return besideFormer(scene, lostAt);
  },

  async 'primary silent, standby promoted, former primary back'(scene) {
    const { primary, standby } = scene;
    const lostAt = performance.now();
    primary.proxy.silence();
    primary.link.silence();
    await waitUpTo(500, scene);
    await standby.node.promote();
    return besideFormer(scene, lostAt);
  },

  async 'standby promoted beside a primary that can be reached'(scene) {
    const lostAt = performance.now();
    await scene.standby.node.promote();
    return besideFormer(scene, lostAt);
  },

  async 'primary frozen, standby promoted, former primary thawed'(scene) {
    const { primary, standby } = scene;
    const lostAt = performance.now();
    const thaw = await primary.node.freeze();
    try {
      await standby.node.promote();
      const backAt = await scene.load.untilBack(performance.now());
      return { lostAt, backAt, primary: standby, mend: exchange(scene) };
    } finally {
      thaw();
    }
  },

  async 'slow link, primary killed, standby promoted'(scene) {
    const { primary, standby, random, note } = scene;
    const delayMs = Math.round(50 + random() * 250);
    note(`link ${delayMs} ms slow`);
    primary.link.delay(delayMs);
    await pause(1_500);
    const lostAt = performance.now();
    await primary.node.kill();
    await standby.node.promote();
    return { lostAt, primary: standby, mend: exchange(scene) };
  },

  async 'slow network'(scene) {
    const { primary, random, note } = scene;
    const delayMs = Math.round(20 + random() * 180);
    note(`network ${delayMs} ms slow`);
    const lostAt = performance.now();
    primary.proxy.delay(delayMs);
    primary.link.delay(delayMs);
    return {
      lostAt,
      primary,
      async mend() {
        await pause(1_500);
        primary.proxy.restore();
        primary.link.restore();
      },
    };
  },

  async 'answers of COMMIT lost'(scene) {
    const { primary, random, note } = scene;
    const count = 3 + Math.floor(random() * 8);
    note(`${count} answers`);
    for (let lost = 0; lost < count; lost += 1) await primary.proxy.loseCommitAnswer();
    const lostAt = performance.now();
    return { lostAt, primary, mend: async () => {} };
  },

  async 'connections of the standby silent for a while'(scene) {
    const { primary } = scene;
    const lostAt = performance.now();
    primary.link.silence();
    await waitUpTo(6_000, scene);
    primary.link.restore();
    return {
      lostAt,
      primary,
      mend: () => scene.pair.makeSynchronous(primary, scene.standby),
    };
  },

  async 'standby gone, and given up by the operator'(scene) {
    const { pair, primary, standby, load, note } = scene;
    const goneAt = performance.now();
    await standby.node.kill();
    const refusedAt = await load.untilRefused(goneAt);
    note(`503 after ${((refusedAt - goneAt) / 1_000).toFixed(1)} s`);
    if (refusedAt - goneAt > REFUSED_WITHIN_MS) {
      throw new Error('a commit that waits for its standby is not refused in time');
    }
    // From the word of the operator on: before it there is nothing to go on with.
    const lostAt = performance.now();
    await primary.node.set('synchronous_standby_names', '');
    return {
      lostAt,
      primary,
      async mend() {
        await standby.node.start();
        await pair.makeSynchronous(primary, standby);
      },
    };
  },

  async 'standby gone for a while'(scene) {
    const { pair, primary, standby } = scene;
    const lostAt = performance.now();
    await standby.node.kill();
    await waitUpTo(4_000, scene);
    await standby.node.start();
    return { lostAt, primary, mend: () => pair.makeSynchronous(primary, standby) };
  },

  async 'both killed and started again'(scene) {
    const { pair, primary, standby } = scene;
    const lostAt = performance.now();
    await Promise.all([primary.node.kill(), standby.node.kill()]);
    await waitUpTo(2_000, scene);
    await Promise.all([primary.node.start(), standby.node.start()]);
    return { lostAt, primary, mend: () => pair.makeSynchronous(primary, standby) };
  },
};

/**
 * Lets the former primary be reached again while the promoted one is written to, half of the times with the setting by
 * which it would acknowledge alone.
 */
function besideFormer(scene: Scene, lostAt: number): Effect {
  const { primary: former, standby: promoted, shop, random, note } = scene;
  const wrong: string[] = [];
  const isAlone = random() < 0.5;
  if (isAlone) note('it would acknowledge alone');
  return {
    lostAt,
    primary: promoted,
    async mend() {
      // Until then only its missing standby keeps it from acknowledging. Whoever gives that up must know that it is not
      // the primary any more.
      await untilLeft(shop, former);
      // What was on its way when the network fell silent arrives now, and nobody hears that it was done.
      former.proxy.cut();
      if (isAlone) {
        await former.node.set('synchronous_standby_names', '');
        await until(() => requireNoneWaiting(former));
      }
      const before = await countWritten(former);
      former.proxy.restore();
      await pause(BESIDE_MS);
      const after = await countWritten(former);
      if (after !== before) {
        wrong.push(`the former primary was written to: ${before} became ${after}`);
      }
      await exchange(scene)();
    },
    inspect: () => wrong,
  };
}

/** Resolves when every server of the product writes to another host. */
async function untilLeft({ servers }: PairedShop, { proxy }: Member): Promise<void> {
  const { host } = new URL(proxy.url);
  await Promise.all(
    servers.map(({ url }) =>
      until(async () => {
        const { database } = (await (await fetch(`${url}/health/ready`)).json()) as {
          database: { primary: { host: string } | null };
        };
        const present = database.primary?.host ?? host;
        if (present === host) throw new Error(`${url} writes to ${host}`);
      }),
    ),
  );
}

/** Returns how much was written to a server. */
async function countWritten({ node }: Member): Promise<string> {
  const [row] = await query(
    node.ownerUrl(),
    `select format('%s events, %s orders, %s keys', (select count(*) from events), (select count(*) from orders),
                   (select count(*) from order_keys)) as counts`,
  );
  return String(row?.counts);
}

/** Throws while commits wait for a standby. */
async function requireNoneWaiting({ node }: Member): Promise<void> {
  const [row] = await node.run(
    `select count(*)::int as waiting from pg_stat_activity where wait_event = 'SyncRep'`,
  );
  if (row?.waiting !== 0) throw new Error(`${row?.waiting} commits wait for a standby`);
}
