import { cloudEvent } from '../../src/modules/webhooks/cloud-event.ts';
import { type EventExample, eventExamples } from './event-examples.ts';
import { fenced, type Page, page } from './markdown.ts';

const orderId = '0198b5c4-1111-7abc-8abc-000000000001';

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
    'https://orders.shop.example',
  );
}
