/**
 * A path for facts: made before those who tell them and those who hear them, so that a part that is built early can tell
 * one that is built later.
 */
export interface Channel<Fact> {
  /** Tells every subscriber, in the order in which they subscribed, before it returns. */
  publish(fact: Fact): void;
  /** `listener` must not throw. It hears of what is published from now on. */
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

/** Gives what was published last; throws with this sentence while nothing was. */
export function createLatest<Fact>(
  channel: Pick<Channel<Fact>, 'subscribe'>,
  sentenceBefore: string,
): () => Fact {
  let latest: { readonly fact: Fact } | null = null;
  channel.subscribe((fact) => {
    latest = { fact };
  });
  return () => {
    if (latest === null) throw new Error(sentenceBefore);
    return latest.fact;
  };
}
