import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
  Reason,
} from '../../http/index.ts';
import { ActorName, ActorReply } from '../accounts/index.ts';
import { STOCK_MAX } from '../catalog/index.ts';
import { movementKinds } from './movement.ts';

export const AdjustStockBody = Type.Object(
  {
    delta: Type.Integer({
      minimum: -STOCK_MAX,
      maximum: STOCK_MAX,
      description: 'Units to add or remove; not 0.',
    }),
    reason: Reason,
  },
  { additionalProperties: false, examples: [{ delta: 12, reason: 'Delivered this morning' }] },
);

export type AdjustStockInput = Static<typeof AdjustStockBody>;

export const ListMovementsQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListMovementsInput = Static<typeof ListMovementsQuery>;

export const MovementReply = Type.Object({
  id: Id,
  kind: Choice(movementKinds),
  delta: Type.Integer(),
  reason: Type.String(),
  orderId: Nullable(Id),
  onHand: Type.Integer({ description: 'The units on hand after this movement.' }),
  reserved: Type.Integer({ description: 'The reserved units after this movement.' }),
  actor: ActorReply,
  actorName: ActorName,
  at: Instant,
});

export type MovementView = Static<typeof MovementReply>;

export const MovementPage = pageOfSchema(MovementReply);
