import { type TSchema, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
  Search,
  Text,
} from '../../../http/index.ts';
import { actorTypes, scopes } from '../../../shared/caller.ts';
import { NEVER } from '../access/api-key.ts';
import { EMAIL_LENGTH_MAX } from '../email.ts';
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, roles } from '../user.ts';

const Email = Type.String({
  minLength: 3,
  maxLength: EMAIL_LENGTH_MAX,
  description:
    'One account per address, regardless of case, Unicode form and the form of its domain.',
  example: 'ada@example.com',
});

const Name = Text('name', NAME_LENGTH_MAX);

const NewPassword = Type.String({
  minLength: PASSWORD_LENGTH_MIN,
  maxLength: PASSWORD_LENGTH_MAX,
  description:
    "Not truncated; spaces and all of Unicode count. At least 15 characters for staff. Not a common password, the user's e-mail address or name or the shop's name, whatever the case, digits and signs; not only spaces.",
});

/** An existing password, whose length is not checked against the minimum. */
export const GivenPassword = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX });

/** Of any form: an address that no account can have gets the same response as an unknown one. */
const GivenEmail = Type.String({ minLength: 1, maxLength: EMAIL_LENGTH_MAX });

const Token = Type.String({ minLength: 1, maxLength: 500 });
/** How a session is handed out. */
export const Credentials = Type.Optional(
  Type.Literal('cookie', {
    description: 'For browsers: sets the tokens as HTTP-only cookies, and does not return them.',
  }),
);
const RoleName = Choice(roles);
const ScopeName = Choice(scopes);

const example = {
  email: 'ada@example.com',
  password: 'a long pass phrase',
  name: 'Ada Lovelace',
  newPassword: 'another long pass phrase',
  /** 43 characters of base64url, as long as a real one. */
  token: 'KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio',
};
const { email, password, name, newPassword, token } = example;

export const SignUpBody = body(
  { email: Email, password: NewPassword, name: Type.Optional(Name), credentials: Credentials },
  { email, password, name },
);
export const LogInBody = body(
  { email: GivenEmail, password: GivenPassword, credentials: Credentials },
  { email, password },
);
export const RefreshBody = body(
  {
    refreshToken: Type.Optional({
      ...Token,
      description: 'If omitted, the refresh cookie is used.',
    }),
  },
  { refreshToken: `hfr_${token}` },
);
export const ProfileBody = Type.Object(
  {
    name: Type.Optional(Name),
    email: Type.Optional({
      ...Email,
      description:
        'Needs a recent proof of who the caller is. The new address gets a link that confirms it; until then the account keeps the former one, which is told. The response is the same if the address has another account.',
    }),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ name }] },
);
export const LinkBody = body({ token: Token }, { token });
export const ChangePasswordBody = body(
  { currentPassword: GivenPassword, newPassword: NewPassword },
  { currentPassword: password, newPassword },
);
export const ForgotPasswordBody = body({ email: GivenEmail }, { email });
export const ResetPasswordBody = body(
  { token: Token, newPassword: NewPassword },
  { token, newPassword },
);

export const UpdateUserBody = Type.Object(
  {
    role: Type.Optional(RoleName),
    vip: Type.Optional(Type.Boolean()),
    disabled: Type.Optional(Type.Boolean()),
    keys: Type.Optional(
      Choice(['end', 'take'], {
        description:
          'With a change that ends the access of an admin: what becomes of the API keys that they hold. `take`: the caller holds them from now on.',
      }),
    ),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ role: 'kitchen' }] },
);

export const CreateApiKeyBody = body(
  {
    name: Text('name', NAME_LENGTH_MAX, { minLength: 1 }),
    scopes: Type.Array(ScopeName, {
      minItems: 1,
      maxItems: scopes.length,
      uniqueItems: true,
      description: 'The only things that the key may do.',
    }),
    expiresAt: Type.Optional(
      Type.Union([Instant, Type.Literal(NEVER)], {
        description:
          'In the future, at most a year ahead, or `never`. If omitted, the key ends in 90 days.',
      }),
    ),
    refundMax: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'With `payments:refund`: the largest sum that the key may refund within an hour, in the minor unit. If omitted, it is STEP_UP_REFUND_MINOR.',
      }),
    ),
  },
  { name: 'Point of sale', scopes: ['orders:read', 'orders:write'] },
);

export const ListUsersQuery = query({
  search: Type.Optional(
    Search('Part of an e-mail address or a name, regardless of case and accents.'),
  ),
  role: Type.Optional(Choice(roles, { description: 'Only users with this role.' })),
  limit: LimitParameter,
  cursor: CursorParameter,
});

export const UserSessionParameters = Type.Object({ id: Id, sessionId: Id });

export const ListApiKeysQuery = query({ limit: LimitParameter, cursor: CursorParameter });

const profileMembers = {
  id: Id,
  email: Type.String(),
  emailVerified: Type.Boolean({
    description:
      'Whether the user has proven that the address is theirs. Until then mails repeat nothing that they typed.',
  }),
  name: Type.String(),
  role: RoleName,
  vip: Type.Boolean(),
};

export const ProfileReply = Type.Object({
  ...profileMembers,
  createdAt: Instant,
  passwordChangeRequired: Type.Optional(
    Type.Literal(true, {
      description:
        'Present if everything else is refused until the user has chosen a new password.',
    }),
  ),
  factorRequired: Type.Optional(
    Type.Literal(true, {
      description:
        'Present if everything else is refused until the user has set up a second factor.',
    }),
  ),
  eraseRequest: Type.Optional(
    Type.Object(
      { requestedAt: Instant, dueAt: Instant },
      {
        description:
          'Shown with the profile while the user asks to be erased: since when, and until when it has to be done.',
      },
    ),
  ),
});

const userMembers = { ...profileMembers, disabled: Type.Boolean(), createdAt: Instant };

export const UserReply = Type.Object(userMembers);

export const UserPage = pageOfSchema(
  Type.Object({
    ...userMembers,
    secondFactor: Type.Boolean({
      description: 'Whether the user has an authenticator app or a passkey.',
    }),
  }),
);

const notAsCookie = 'Omitted if it is set as a cookie.';

export const SessionReply = Type.Object({
  user: ProfileReply,
  accessToken: Type.Optional(
    Type.String({ description: `Sent as \`Authorization: Bearer …\`. ${notAsCookie}` }),
  ),
  refreshToken: Type.Optional(
    Type.String({
      description: `Valid for one exchange at \`/api/auth/refresh\`. ${notAsCookie}`,
    }),
  ),
  expiresIn: Type.Integer({ description: 'Lifetime of the access token in seconds.' }),
});

export const SessionListReply = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Id,
      createdAt: Instant,
      lastUsedAt: { ...Instant, description: 'The last sign-in or refresh.' },
      address: Nullable(Type.String({ description: 'Where it was last used.' })),
      userAgent: Nullable(
        Type.String({ description: 'The browser or program, as it named itself then.' }),
      ),
      current: Type.Boolean({ description: 'Whether this request belongs to it.' }),
    }),
  ),
});

const KeyUser = Type.Object({
  id: Id,
  name: Type.String({ description: 'Their name, or else their e-mail address.' }),
});

const apiKeyMembers = {
  id: Id,
  name: Type.String(),
  prefix: Type.String({ description: 'The first characters of the secret, to tell keys apart.' }),
  scopes: Type.Array(ScopeName),
  expiresAt: Nullable(Instant),
  lastUsedAt: Nullable(Instant),
  createdAt: Instant,
  createdBy: KeyUser,
  heldBy: { ...KeyUser, description: 'The admin with whose access the key ends.' },
  refundMax: Nullable(
    Type.Integer({
      description:
        'The largest sum that it may refund within an hour, in the minor unit. With `payments:refund`, null is no limit.',
    }),
  ),
};

export const ApiKeyPage = pageOfSchema(Type.Object(apiKeyMembers));

export const CreatedApiKeyReply = Type.Object({
  ...apiKeyMembers,
  secret: Type.Optional(
    Type.String({
      description: 'Shown only now: a repeat under the same Idempotency-Key does not return it.',
    }),
  ),
});

/** A reply without a body. The route sends nothing, and OpenAPI shows no body for this type. */
export const NoReply = Type.Unsafe<undefined>({ type: 'null', description: 'Done.' });

export function body<Members extends Record<string, TSchema>>(members: Members, example: object) {
  return Type.Object(members, { additionalProperties: false, examples: [example] });
}

function query<Members extends Record<string, TSchema>>(members: Members) {
  return Type.Object(members, { additionalProperties: false });
}

/** The actor of a change, as the log stores it. */
export const ActorReply = Type.Object({
  type: Choice([...actorTypes]),
  id: Nullable(Type.String()),
  role: Nullable(Type.String()),
});

/** The name of an actor, for staff only. */
export const ActorName = Type.Optional(
  Nullable(
    Type.String({
      description:
        'For staff: the current name (or else the e-mail address or phone) of the user, guest or API key in `actor`; null for other actors.',
    }),
  ),
);
