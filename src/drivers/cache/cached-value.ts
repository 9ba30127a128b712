import { freezeDeep } from '../../shared/freeze-deep.ts';

/**
 * A cached value with what is derived from it for each audience, which is reused as long as the value is cached. The
 * value is frozen, so that it is the same for every reader. Its JSON is the value's.
 */
export class CachedValue<Value, Derived> {
  readonly value: Value;
  #derived: Map<string, Derived> | undefined;

  constructor(value: Value) {
    this.value = freezeDeep(value);
  }

  getDerived(audience: string): Derived | undefined {
    return this.#derived?.get(audience);
  }

  setDerived(audience: string, derived: Derived): void {
    this.#derived ??= new Map();
    this.#derived.set(audience, derived);
  }

  toJSON(): Value {
    return this.value;
  }
}
