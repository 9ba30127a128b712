import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Instant,
  LimitParameter,
  pageOfSchema,
} from '../../http/index.ts';
import { logNames } from '../../seals/index.ts';

export const ListSealsQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListSealsInput = Static<typeof ListSealsQuery>;

const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });

export const SealReply = Type.Object(
  {
    number: Type.Integer({ minimum: 1, description: '1…n without a gap, over both logs.' }),
    format: Type.Integer({ description: 'Which columns of a row its leaf is made of.' }),
    log: Choice(logNames, { description: 'The table whose rows it seals.' }),
    previous: hash('The `hash` of the seal before; zeros for the first.'),
    rows: Type.Integer({ minimum: 1 }),
    first: Type.Integer({ description: 'The position of its first row.' }),
    last: Type.Integer({
      description:
        'The position of its last row. It answers for all positions after the `last` of the seal of this log before it.',
    }),
    root: hash('The root of the Merkle tree (RFC 9162) over the leaves, one for each row.'),
    hash: hash('SHA-256 of the canonical JSON (RFC 8785) of the members above and `at`.'),
    signature: Type.String({ description: 'Ed25519 over the 32 bytes of `hash`, in base64.' }),
    at: Instant,
  },
  {
    title: 'LogSeal',
    description: 'Proves rows of the log or the audit. Kept elsewhere, it also proves itself.',
  },
);

export const SealPage = pageOfSchema(SealReply);
