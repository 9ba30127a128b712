/**
 * A channel for facts. It is created before its publishers and subscribers, so that a part that is built early can
 * notify one that is built later.
 */
export interface Channel<Fact> {
  /** Calls every subscriber synchronously, in order of subscription. */
  publish(fact: Fact): void;
  /** Subscribes to the facts published from now on. `listener` must not throw. */
  subscribe(listener: (fact: Fact) => void): void;
}

export function createChannel<Fact>(): Channel<Fact> {
  const listeners: ((fact: Fact) => void)[] = [];
  return {
    publish(fact) {
      for (const listener of listeners) listener(fact);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

/** Creates a function that returns the latest fact, or throws `messageBefore` if nothing has been published yet. */
export function createLatest<Fact>(
  channel: Pick<Channel<Fact>, 'subscribe'>,
  messageBefore: string,
): () => Fact {
  let latest: { readonly fact: Fact } | null = null;
  channel.subscribe((fact) => {
    latest = { fact };
  });
  return () => {
    if (latest === null) throw new Error(messageBefore);
    return latest.fact;
  };
}
