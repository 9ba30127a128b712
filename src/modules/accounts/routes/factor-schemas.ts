import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Type } from 'typebox';
import { Choice, Id, Instant, Nullable, Text } from '../../../http/index.ts';
import { factorTypes } from '../../../shared/caller.ts';
import { proofMethods } from '../factors/challenge.ts';
import { TOTP_PATTERN } from '../factors/totp.ts';
import { NAME_LENGTH_MAX } from '../user.ts';
import { body, Credentials, GivenPassword, SessionReply } from './schemas.ts';

/** Far more than a passkey of any kind sends. */
const BASE64URL_LENGTH_MAX = 16_384;

/** There are seven kinds today. */
const TRANSPORTS_MAX = 20;

const Base64Url = Type.String({
  pattern: '^[A-Za-z0-9_-]*$',
  maxLength: BASE64URL_LENGTH_MAX,
});

/** Members are added to these from time to time, so unknown ones are accepted. Source: WebAuthn Level 3 §5.1. */
const open = { additionalProperties: true } as const;

const credentialMembers = {
  id: Base64Url,
  rawId: Base64Url,
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Nullable(Type.String({ maxLength: 100 }))),
  clientExtensionResults: Type.Optional(Type.Object({}, open)),
};

/** What `navigator.credentials.get()` gives, as JSON. */
const PasskeyResponse = Type.Unsafe<AuthenticationResponseJSON>(
  Type.Object(
    {
      ...credentialMembers,
      response: Type.Object(
        {
          clientDataJSON: Base64Url,
          authenticatorData: Base64Url,
          signature: Base64Url,
          userHandle: Type.Optional(Nullable(Base64Url)),
        },
        open,
      ),
    },
    { ...open, description: 'The response of the browser to `publicKey`, as JSON.' },
  ),
);

const TotpCode = Type.String({
  pattern: TOTP_PATTERN,
  description: 'The six digits that the app shows. Each code works once.',
});

/** A proof of a second factor, of which a request has exactly one member. */
export const factorProof = {
  totp: Type.Optional(TotpCode),
  recoveryCode: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Regardless of case, blanks and hyphens. Each code works once.',
    }),
  ),
  passkey: Type.Optional(PasskeyResponse),
};

export const VerifyBody = body(
  { challengeId: Id, ...factorProof, credentials: Credentials },
  { challengeId: '0192e4a0-7b1c-7c3e-8f00-000000000001', totp: '492039' },
);

export const StepUpBody = body(
  { ...factorProof, password: Type.Optional(GivenPassword), credentials: Credentials },
  { totp: '492039' },
);

const RequestOptions = Type.Unsafe<PublicKeyCredentialRequestOptionsJSON>(
  Type.Object(
    {},
    { ...open, description: 'The options for `navigator.credentials.get()`, as JSON.' },
  ),
);

const ChallengeReply = Type.Object({
  challenge: Type.Object({
    id: Id,
    methods: Type.Array(Choice(proofMethods)),
    publicKey: Type.Optional(RequestOptions),
  }),
});

/** A session, or a challenge for a user with a second factor. */
export const LogInReply = Type.Union([SessionReply, ChallengeReply]);

export const PasskeyChallengeReply = Type.Object({
  challenge: Type.Object({ id: Id, publicKey: RequestOptions }),
});

const FactorName = Text('name', NAME_LENGTH_MAX, { minLength: 1 });

const factorMembers = {
  id: Id,
  type: Choice(factorTypes),
  name: Type.String(),
  createdAt: Instant,
  lastUsedAt: Nullable(Instant),
};

export const FactorReply = Type.Object(factorMembers);

export const FactorsReply = Type.Object({
  data: Type.Array(FactorReply),
  recoveryCodesLeft: Type.Integer(),
});

export const AddTotpBody = body({ name: Type.Optional(FactorName) }, { name: 'My telephone' });

export const PendingTotpReply = Type.Object({
  id: Id,
  uri: Type.String({ description: '`otpauth://totp/…`, to show as a QR code.' }),
  secret: Type.String({ description: 'The same secret in base32, to type.' }),
});

export const ConfirmTotpBody = body({ code: TotpCode }, { code: '492039' });

const RecoveryCodes = Type.Array(Type.String(), {
  description: 'Ten codes, each of which replaces a factor once. Shown only now.',
});

export const ConfirmedReply = Type.Object({ recoveryCodes: Type.Optional(RecoveryCodes) });

export const NewRecoveryCodesReply = Type.Object({ recoveryCodes: RecoveryCodes });

export const PasskeyOptionsReply = Type.Object({
  id: Id,
  publicKey: Type.Unsafe<PublicKeyCredentialCreationOptionsJSON>(
    Type.Object(
      {},
      { ...open, description: 'The options for `navigator.credentials.create()`, as JSON.' },
    ),
  ),
});

/** What `navigator.credentials.create()` gives, as JSON. */
const RegistrationResponse = Type.Unsafe<RegistrationResponseJSON>(
  Type.Object(
    {
      ...credentialMembers,
      response: Type.Object(
        {
          clientDataJSON: Base64Url,
          attestationObject: Base64Url,
          transports: Type.Optional(
            Type.Array(Type.String({ maxLength: 100 }), { maxItems: TRANSPORTS_MAX }),
          ),
        },
        open,
      ),
    },
    { ...open, description: 'The response of the browser to `publicKey`, as JSON.' },
  ),
);

export const AddPasskeyBody = body(
  { id: Id, name: Type.Optional(FactorName), response: RegistrationResponse },
  {
    id: '0192e4a0-7b1c-7c3e-8f00-000000000001',
    name: 'My telephone',
    response: {
      id: 'KioqKioqKioqKioqKioqKg',
      rawId: 'KioqKioqKioqKioqKioqKg',
      type: 'public-key',
      response: { clientDataJSON: 'e30', attestationObject: 'oA' },
    },
  },
);

export const AddedPasskeyReply = Type.Object({
  ...factorMembers,
  recoveryCodes: Type.Optional(RecoveryCodes),
});

export const UpdateFactorBody = body({ name: FactorName }, { name: 'My new telephone' });
