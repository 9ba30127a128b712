import type {
  InvalidEventError,
  InvalidSignatureError,
  ProviderRefusedError,
  ProviderUnavailableError,
} from '../../drivers/payments/payment-provider.ts';

/** The errors of the port, told apart by name: this room knows the port's types and no driver's code. */
type ProviderErrorName =
  | InvalidEventError['name']
  | InvalidSignatureError['name']
  | ProviderRefusedError['name']
  | ProviderUnavailableError['name'];

export function isProviderError(error: unknown, name: ProviderErrorName): boolean {
  return error instanceof Error && error.name === name;
}

/** For the columns `last_error`, which people read. */
export function shortMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
