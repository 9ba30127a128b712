import type { Database } from '../../database/database.ts';
import type { App } from '../../http/index.ts';
import type { Tally } from '../../shared/tally.ts';
import type { Config } from '../config/config.ts';
import { createInfrastructure, type Runtime } from '../infrastructure/create-infrastructure.ts';
import { rooms as roomList } from '../rooms/rooms.ts';
import { constraintErrors } from '../tables/constraint-errors.ts';
import { createBackground } from './create-background.ts';
import { createServer } from './create-server.ts';

/** Everything, built and not yet listening. */
export interface Application {
  readonly app: App;
  readonly database: Database;
  /** The use cases of each room, by its name. */
  readonly rooms: ReturnType<typeof roomList.build>['apis'];
  /** What the rooms count. */
  readonly tallies: readonly Tally[];
  /** Begins the background work of this process's role. */
  start(): void;
  /** Ends everything, last in first out: the server drains before what it stands on goes away. */
  stop(): Promise<void>;
}

/** Builds the infrastructure, the rooms on it in the order of rank, and the server and the background work of all. */
export async function compose(config: Config, runtime: Runtime): Promise<Application> {
  await using built = new AsyncDisposableStack();
  const stopping = new AbortController();
  const infrastructure = await createInfrastructure(config, runtime, {
    constraints: constraintErrors,
    stopping: stopping.signal,
    built,
  });
  const { database, metrics, jobs, duties } = infrastructure;
  const { rooms: builtRooms, apis } = roomList.build(infrastructure, built);
  const rooms = builtRooms.map(({ room }) => room);
  const tallies = rooms.flatMap((room) => room.metrics ?? []);
  for (const tally of tallies) metrics.watchTally(tally);
  const background = createBackground(infrastructure, rooms, built);
  const app = await createServer(config, runtime, {
    infrastructure,
    rooms: builtRooms,
    apis,
    built,
  });

  const everything = built.move();
  return {
    app,
    database,
    rooms: apis,
    tallies,
    start() {
      for (const room of rooms) room.start?.(duties);
      jobs.start();
      if (duties.works) background.start();
    },
    stop() {
      stopping.abort();
      return everything.disposeAsync();
    },
  };
}
