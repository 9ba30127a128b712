import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  entityTag,
  ifNoneMatch,
  type KeptReply,
  keptReply,
  sendKept,
} from '../../../http/index.ts';
import { createAttachment } from '../../../shared/attachment.ts';
import type { Page } from '../../../shared/pagination.ts';
import type { OrderView } from '../schemas.ts';

/** What an order looks like on the wire: once for each version and audience, as long as somebody keeps it. */
const texts = createAttachment<OrderView, string>();
const details = createAttachment<OrderView, KeptReply>();

function textOf(order: OrderView): string {
  let text = texts.get(order);
  if (text === undefined) {
    text = JSON.stringify(order);
    texts.set(order, text);
  }
  return text;
}

function detailOf(order: OrderView): KeptReply {
  let kept = details.get(order);
  if (kept === undefined) {
    kept = keptReply(textOf(order), tagOf(order));
    details.set(order, kept);
  }
  return kept;
}

export function tagOf(order: OrderView): string {
  return entityTag(order.version);
}

/** Answers with the order, or 304 to who has this version. */
export function sendOrder(request: FastifyRequest, reply: FastifyReply, order: OrderView): void {
  if (ifNoneMatch(request.headers['if-none-match'], order.version)) {
    reply.header('etag', tagOf(order)).code(304).send();
  } else sendKept(request, reply, detailOf(order));
}

/** Answers with a page made of its orders' kept texts: the same bytes as the serialiser of its schema makes. */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { data, nextCursor }: Page<OrderView>,
): void {
  const text = `{"data":[${data.map(textOf).join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`;
  sendKept(request, reply, keptReply(text));
}
