import { pause } from '../../../src/shared/pause.ts';
import { query, until } from '../../support/until.ts';
import { type Fault, faults, rareFaults, type Victims } from '../faults.ts';

/** Faults that happen one after the other. Lanes run beside each other. */
interface Lane {
  readonly name: string;
  readonly victims: Victims;
  /** How many of the kills it makes. */
  readonly count: number;
  /** The kills of this lane, in turn by chance, and what happens between them at times. */
  readonly kills: readonly Fault[];
  readonly others: Readonly<Record<string, Fault>>;
  /** What happens once in a stretch. */
  readonly once: Readonly<Record<string, Fault>>;
}

export interface LanesOptions {
  readonly servers: Victims;
  readonly workers: Victims;
  readonly kills: number;
  readonly random: () => number;
  /** How much of the stretch is done, from 0 to 1. */
  readonly progress: () => number;
  readonly isDone: () => boolean;
  /** Called with the name of each fault when it begins. */
  readonly onFault: (name: string) => void;
}

/** How often something else follows a kill. */
const OTHERS = 0.125;
const LOOK_MS = 20;
/** A stretch with fewer kills is too short for a pause of a minute. */
const KILLS_FOR_ONCE = 40;

const killServer = faults['kill -9 a server']!;
const pauseServer = faults['pause a server']!;
const killDatabase = faults['kill -9 the database']!;
const killBackend = rareFaults['kill -9 a process of the database']!;
const pausePastLeases = rareFaults['pause a server past its leases']!;

/** Inflicts the kills of a stretch, spread evenly over its operations. */
export async function inflict(options: LanesOptions): Promise<void> {
  const { servers, workers } = options;
  const ofServers = Math.ceil(options.kills * 0.4);
  const ofDatabase = Math.floor(options.kills * 0.2);
  const lanes: readonly Lane[] = [
    {
      name: 'server',
      victims: servers,
      count: ofServers,
      kills: [killServer],
      others: {
        'pause a server': pauseServer,
        'stop a server': faults['stop a server gracefully']!,
      },
      once: {},
    },
    {
      name: 'worker',
      victims: workers,
      count: options.kills - ofServers - ofDatabase,
      kills: [killServer],
      others: {
        'pause a worker': pauseServer,
        'stop a worker': faults['stop a server gracefully']!,
      },
      once: { 'pause a worker past its leases': pausePastLeases },
    },
    {
      name: 'database',
      victims: servers,
      count: ofDatabase,
      kills: [killDatabase, killBackend],
      others: {
        'pause the database': faults['pause the database']!,
        'cut every connection to the database': faults['cut every connection to the database']!,
      },
      once: {},
    },
  ];
  await Promise.all(lanes.map((lane) => runLane(lane, options)));
}

/** What is done to the database next needs its processes. */
async function untilThere({ databaseUrl }: Victims): Promise<void> {
  await until(() => query(databaseUrl, 'select 1'));
}

async function runLane(lane: Lane, options: LanesOptions): Promise<void> {
  const { random, isDone, onFault } = options;
  const { name, victims, count: kills } = lane;
  const pick = <T>(some: readonly T[]) => some[Math.floor(random() * some.length)]!;
  for (let kill = 1; kill <= kills; kill += 1) {
    while (options.progress() < kill / (kills + 1) && !isDone()) await pause(LOOK_MS);
    if (isDone()) return;
    onFault(`kill -9 ${name}`);
    await pick(lane.kills)(victims, random);
    await untilThere(victims);
    if (random() < OTHERS) {
      const [other, fault] = pick(Object.entries(lane.others));
      onFault(other);
      await fault(victims, random);
    }
    if (kill !== Math.floor(kills / 2) || options.kills < KILLS_FOR_ONCE) continue;
    for (const [other, fault] of Object.entries(lane.once)) {
      onFault(other);
      await fault(victims, random);
    }
  }
}
