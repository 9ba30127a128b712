import {
  type Choices,
  chooseFromSeed,
  createRandom,
  repeatChoices,
  type Steps,
} from './choices.ts';
import { findBroken, findWork, type Left } from './final-checks.ts';
import { Invariants } from './invariants.ts';
import { createSimulatedDatabase } from './store/database.ts';
import { SimulatedBroker } from './world/broker.ts';
import { Clients } from './world/clients.ts';
import { actAtProvider } from './world/payers.ts';
import { SimulatedProvider } from './world/provider.ts';
import { SimulatedReceivers } from './world/receivers.ts';
import { createServer, describeError, type Server } from './world/server.ts';
import { changePrices, openShop, type ShopOptions } from './world/shop.ts';
import { NOTHING, World } from './world/world.ts';

/** The kinds of faults of a run. A seed has some of them, so that each also occurs without the others. */
interface Settings {
  readonly shop: ShopOptions;
  readonly servers: number;
  /** How many of 1,024 steps are faults. */
  readonly faults: number;
  readonly isFlaky: boolean;
  /** Whether admins change prices all the time. */
  readonly changesPrices: boolean;
  readonly operationsMax: number;
}

export interface Outcome {
  readonly seed: number;
  /** What was broken; null: nothing. */
  readonly violation: string | null;
  readonly steps: Steps;
  /** Whether it was found only when everything came to rest. */
  readonly isAtRest: boolean;
  /** The steps, with those after the last choice, until everything was at rest. */
  readonly stepsTaken: number;
  readonly log: readonly string[];
}

function settingsOf(seed: number): Settings {
  const random = createRandom(seed);
  const oneOf = <T>(...values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  return {
    shop: {
      expiryMinutes: oneOf(0.05, 0.5, 5),
      pendingMax: oneOf(0, 2, 10),
      heldUnitsMax: oneOf(0, 8),
      cancellationsPerDayMax: oneOf(0, 2),
      onHand: oneOf(2, 5, 20),
      usesMax: oneOf(1, 3),
      isAutomatic: oneOf(false, false, true),
      slotMinutes: oneOf(0, 15),
      slotOrdersMax: oneOf(1, 2),
    },
    servers: oneOf(1, 2, 3),
    faults: oneOf(0, 4, 16, 64),
    isFlaky: oneOf(false, true, true),
    operationsMax: oneOf(10, 30, 60),
    changesPrices: oneOf(false, false, false, true),
  };
}

interface Options {
  /** Whether the steps are told, one by one. Default: false. */
  readonly withLog?: boolean;
  /** Whether the run goes on after its choices until everything is at rest. Default: true. */
  readonly comesToRest?: boolean;
}

/** Runs a seed. */
export function simulateSeed(
  seed: number,
  stepsMax: number,
  options: Options = {},
): Promise<Outcome> {
  return simulate(seed, chooseFromSeed(seed, stepsMax), options);
}

/** Runs a seed with other choices than its own. */
export function simulateSteps(seed: number, steps: Steps, options: Options = {}): Promise<Outcome> {
  return simulate(seed, repeatChoices(seed, steps), options);
}

async function simulate(
  seed: number,
  choices: Choices,
  { withLog = false, comesToRest = true }: Options,
): Promise<Outcome> {
  const run = new Run(seed, choices, withLog);
  const { stackTraceLimit } = Error;
  // Refusals are frequent, and their stacks would take a tenth of the time.
  if (!withLog) Error.stackTraceLimit = 0;
  const onRejection = (error: unknown) => run.world.fail(`unhandled: ${describeError(error)}`);
  process.on('unhandledRejection', onRejection);
  try {
    await run.play(comesToRest);
  } catch (error) {
    run.world.fail(describeError(error));
  } finally {
    process.off('unhandledRejection', onRejection);
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { violation, stepsTaken, log } = run.world;
  return {
    seed,
    violation: violation?.message ?? null,
    steps: choices.steps(),
    isAtRest: run.isAtRest,
    stepsTaken,
    log: log ?? [],
  };
}

/** Waits between two looks at what is left, short at first. */
const LEAPS_MS = [...Array(10).fill(2_000), ...Array(200).fill(45_000)] as readonly number[];
/** Far more than a leap needs. */
const STEPS_IN_A_ROW_MAX = 20_000;

class Run {
  readonly world: World;
  isAtRest = false;
  readonly #settings: Settings;
  readonly #invariants: Invariants;
  readonly #provider: SimulatedProvider;
  readonly #broker: SimulatedBroker;
  readonly #receivers: SimulatedReceivers;
  readonly #clients: Clients;
  #servers: Server[] = [];
  #started = 0;

  constructor(seed: number, choices: Choices, withLog: boolean) {
    this.#settings = settingsOf(seed);
    this.#invariants = new Invariants(this.#settings.shop, (message) => this.world.fail(message));
    const world = new World(
      seed,
      choices,
      (touched) => this.#invariants.check(world.store, touched),
      withLog ? [] : null,
    );
    this.world = world;
    this.#provider = new SimulatedProvider(world, (event) => this.#tell(event));
    this.#broker = new SimulatedBroker(world);
    this.#receivers = new SimulatedReceivers(world);
    const { slotMinutes } = this.#settings.shop;
    this.#clients = new Clients(world, () => this.#servers, slotMinutes > 0);
  }

  async play(comesToRest: boolean): Promise<void> {
    const { world } = this;
    const { shop, servers, isFlaky } = this.#settings;
    world.say(`settings: ${JSON.stringify(this.#settings)}`);
    openShop(world.store, shop);
    this.#invariants.start(world.store);
    for (let count = 0; count < servers; count += 1) await this.#startServer();
    this.#setFlaky(isFlaky);
    this.#broker.doubles = true;
    this.#invite();
    if (this.#settings.changesPrices) this.#changePrices();
    while (world.violation === null && world.choices.begin()) await this.#step();
    if (world.violation === null && comesToRest) await this.#comeToRest();
  }

  #setFlaky(isFlaky: boolean): void {
    for (const one of [this.#provider, this.#broker, this.#receivers]) one.isFlaky = isFlaky;
  }

  get #left(): Left {
    const { faults, isFlaky } = this.#settings;
    return {
      store: this.world.store,
      clients: this.#clients,
      provider: this.#provider,
      receivers: this.#receivers,
      stopping: this.world.processes.length - this.#servers.length,
      isCalm: faults === 0 && !isFlaky,
    };
  }

  async #startServer(): Promise<void> {
    const { world } = this;
    this.#started += 1;
    const process = world.startProcess(`s${this.#started}`);
    const outside = {
      provider: this.#provider,
      broker: this.#broker,
      receivers: this.#receivers,
    };
    const server = createServer(
      world,
      process,
      outside,
      this.#settings.shop,
      ({ constraints, onCommit }) =>
        createSimulatedDatabase({
          connect: (isAlone) => world.connect(process, isAlone),
          constraints,
          onCommit,
        }),
    );
    this.#servers.push(server);
    world.call(
      process,
      async () => server.start({ works: true }),
      () => {},
    );
    await world.rest();
  }

  /** Keeps clients busy. */
  #invite(): void {
    const { world } = this;
    world.add({
      label: 'Somebody',
      process: null,
      isReady: () =>
        !this.isAtRest &&
        this.#servers.length > 0 &&
        this.#clients.open < 8 &&
        this.#clients.operations.length < this.#settings.operationsMax,
      happen: () => {
        this.#invite();
        const isAtPage = world.choices.below(3) === 1;
        return isAtPage ? actAtProvider(world.choices, this.#provider) : this.#clients.begin();
      },
    });
  }

  #changePrices(): void {
    const { world } = this;
    world.add({
      label: '* prices change',
      process: null,
      isReady: () => !this.isAtRest,
      happen: () => {
        this.#changePrices();
        changePrices(world.store);
        return NOTHING;
      },
    });
  }

  /** Sends an event of the provider until a server has acknowledged it, and perhaps once more. */
  #tell(event: Parameters<ConstructorParameters<typeof SimulatedProvider>[1]>[0]): void {
    const { world } = this;
    world.add({
      label: `the provider tells of ${event.kind} ${event.id}`,
      process: null,
      isReady: () => this.#servers.some(({ process }) => !process.isFrozen),
      happen: () => {
        const servers = this.#servers.filter(({ process }) => !process.isFrozen);
        const server = servers[world.choices.below(servers.length)]!;
        const isRepeated = this.#provider.isFlaky && world.choices.below(4) === 1;
        const body = Buffer.from(JSON.stringify(event));
        const cause = { requestId: null, traceId: null };
        world.call(
          server.process,
          () => server.payments.receiveWebhook({ providerName: null, headers: {}, body, cause }),
          (ended) => {
            if (ended.kind === 'answered') this.#provider.unheard.delete(event);
            if (ended.kind !== 'answered' || isRepeated) this.#tell(event);
          },
        );
        return server.process.name;
      },
    });
  }

  async #step(): Promise<void> {
    const { world } = this;
    const isFault = world.choices.below(1_024) >= 1_024 - this.#settings.faults;
    if (isFault) return this.#breakSomething();
    if (await world.step()) return;
    // Nothing can happen now.
    const leap = world.choices.below(4);
    if (leap === 0) world.skipToNextTimer();
    else world.pass([1_000, 15_000, 70_000][leap - 1]!);
  }

  async #breakSomething(): Promise<void> {
    const { world } = this;
    const fault = world.choices.below(8);
    const servers = this.#servers;
    const server = servers[world.choices.below(Math.max(servers.length, 1))];
    switch (fault) {
      case 0:
        world.say('* time passes');
        world.pass([100, 1_000, 12_000, 70_000][world.choices.below(4)]!);
        return;
      case 1: {
        const connections = world.brokenCandidates();
        if (connections.length === 0) return;
        const connection = connections[world.choices.below(connections.length)]!;
        world.say(`* a connection of ${connection.process.name} breaks at ${connection.label}`);
        world.cut(connection);
        return world.rest();
      }
      case 2:
        if (server === undefined) return;
        world.say(`* ${server.process.name} is killed`);
        this.#servers = servers.filter((one) => one !== server);
        world.kill(server.process);
        return;
      case 3:
        if (servers.length >= this.#settings.servers) return;
        world.say('* a server starts');
        return this.#startServer();
      case 4:
        if (server === undefined) return;
        server.process.isFrozen = !server.process.isFrozen;
        world.say(`* ${server.process.name} ${server.process.isFrozen ? 'freezes' : 'goes on'}`);
        return;
      case 5:
        world.say('* the database restarts');
        return world.restartStore();
      case 6:
        world.say('* the broker loses its messages');
        this.#broker.flush();
        return;
      default:
        if (server !== undefined && !server.process.isFrozen) this.#stop(server);
    }
  }

  /** Stops a server as in a rolling restart: it gets no new requests, and ends when it is done. */
  #stop(server: Server): void {
    const { world } = this;
    const { process } = server;
    world.say(`* ${process.name} is told to stop`);
    this.#servers = this.#servers.filter((one) => one !== server);
    world.add({
      label: `* ${process.name} has answered everybody`,
      process,
      isReady: () => !world.isBusy(process),
      happen: () => {
        world.call(
          process,
          () => server.stop(),
          (ended) => {
            if (ended.kind === 'failed')
              world.fail(`it did not stop: ${describeError(ended.error)}`);
            if (ended.kind !== 'lost') world.end(process);
          },
        );
        return undefined;
      },
    });
  }

  /** Ends all faults, and waits until nothing is left to be done. Then everything has to be right. */
  async #comeToRest(): Promise<void> {
    const { world } = this;
    world.say('* from here on nothing fails');
    this.isAtRest = true;
    this.#setFlaky(false);
    this.#broker.doubles = false;
    for (const { process } of this.#servers) process.isFrozen = false;
    if (this.#servers.length === 0) await this.#startServer();
    for (const leapMs of LEAPS_MS) {
      await this.#doAll();
      if (world.violation !== null) return;
      if (findWork(this.#left) === null) break;
      world.pass(leapMs);
    }
    const broken = findBroken(this.#left);
    if (broken !== null) world.fail(broken);
  }

  async #doAll(): Promise<void> {
    for (let steps = 0; await this.world.step(); steps += 1) {
      if (this.world.violation !== null) return;
      if (steps > STEPS_IN_A_ROW_MAX) return this.world.fail('it never comes to rest');
    }
  }
}
