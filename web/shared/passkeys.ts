import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
// Not from `api.ts`, which reports the errors of this file.
import type { operations } from '../../clients/typescript/src/index.ts';
import { CodeMissing } from './lazy-page.ts';

type BodyOf<Id extends 'verifyLogIn' | 'addPasskey'> =
  operations[Id]['requestBody']['content']['application/json'];

/** What the browser gives, as the API takes it. */
type PasskeyResponse = NonNullable<BodyOf<'verifyLogIn'>['passkey']>;
type NewPasskeyResponse = BodyOf<'addPasskey'>['response'];

/** The origins at which the server accepts passkeys on this page. It writes them into the page. */
const origins = document
  .querySelector<HTMLMetaElement>('meta[name=passkey-origins]')!
  .content.split(' ')
  .filter((origin) => origin !== '');

const isAccepted = origins.includes(location.origin);

/** Whether this browser can use passkeys on this page. It cannot on a page served over plain http. */
export const hasPasskeys: boolean = isAccepted && typeof PublicKeyCredential === 'function';

/** The address of this page at which passkeys can be used instead; null: nowhere else. */
export function findPasskeyAddress(): string | null {
  const [origin] = origins;
  return isAccepted || origin === undefined ? null : origin + location.pathname + location.search;
}

/** Thrown if the browser gives no passkey: the user cancelled, or none fits. The message is a sentence for people. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
}

/** Asks the browser to create a passkey by the server's options. Throws `PasskeyError`. */
export async function createPasskey(options: object): Promise<NewPasskeyResponse> {
  const { startRegistration } = await loadCeremonies();
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
  return (await startRegistration({ optionsJSON }).catch(refuse)) as NewPasskeyResponse;
}

/** Asks the browser for a passkey that the server's options accept. Throws `PasskeyError`. */
export async function readPasskey(options: object): Promise<PasskeyResponse> {
  const { startAuthentication } = await loadCeremonies();
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  return (await startAuthentication({ optionsJSON }).catch(refuse)) as PasskeyResponse;
}

/** Loads the code when a passkey is used for the first time: most customers have none. */
async function loadCeremonies() {
  try {
    return await import('@simplewebauthn/browser');
  } catch (cause) {
    throw new CodeMissing((cause as Error).message, { cause });
  }
}

/** By the name of the browser's error. Source: WebAuthn Level 3 §5.1.3 and §5.1.4.1. */
const messages: Readonly<Record<string, string>> = {
  NotAllowedError: 'No passkey was used. Try again, or choose another way.',
  AbortError: 'No passkey was used. Try again, or choose another way.',
  InvalidStateError: 'This device has a passkey for your account already.',
  SecurityError: 'Passkeys cannot be used at this address.',
};

function refuse(cause: Error): never {
  const message = messages[cause.name] ?? 'This device cannot use a passkey here.';
  throw new PasskeyError(message, { cause });
}
