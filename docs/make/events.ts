import { cloudEvent } from '../../src/modules/webhooks/cloud-event.ts';
import { sealType } from '../../src/modules/webhooks/endpoint.ts';
import { derivedId } from '../../src/shared/ids.ts';
import { type EventExample, eventExamples } from './event-examples.ts';
import { fenced, type Page, page } from './markdown.ts';
import { sealExample } from './seal-example.ts';

const SOURCE = 'https://orders.shop.example';
const orderId = '0198b5c4-1111-7abc-8abc-000000000001';

const sealMessage = {
  eventId: derivedId(sealType, sealExample.hash),
  eventType: sealType,
  orderId: null,
  sequence: null,
  from: null,
  to: null,
  reason: null,
  data: { ...sealExample },
  at: new Date(sealExample.at),
};

export function eventsPage(): Page {
  return page(
    'events.md',
    'Events',
    `Everything that happens is in one log. Its events form an order's history,
the [live streams](../guides/integrate.md#live-streams), and the [webhooks](../guides/operate.md#webhooks) to your own systems;
the examples are bodies of webhooks (CloudEvents 1.0). \`sequence\` counts the events of one order without a gap; \`id\` is the
same however often an event is sent. Members may be added to \`data\`; ignore unknown ones.`,
    ...eventExamples.flatMap((example) => [
      `## ${example.type}`,
      example.when,
      fenced('json', JSON.stringify(asMessage(example), null, 2)),
    ]),
    `## ${sealType}`,
    `A [seal](../concepts/audit.md) was added. It is no event: it is in no log, streams do not send it, and \`*\` does not include it. An
endpoint receives it if its types name it. \`data\` is the seal as in \`GET /api/operations/log-seals\`.`,
    fenced('json', JSON.stringify(cloudEvent(sealMessage, SOURCE), null, 2)),
  );
}

function asMessage(example: EventExample) {
  const { type, sequence, from = null, to = null, reason = null, data } = example;
  return cloudEvent(
    {
      eventId: '0198b5c4-0000-7abc-8abc-000000000000',
      eventType: type,
      orderId: sequence === null ? null : orderId,
      sequence,
      from,
      to,
      reason,
      data,
      at: new Date('2026-03-02T18:04:05.678Z'),
    },
    SOURCE,
  );
}
