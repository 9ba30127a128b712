/** What a message tells: an event of the log, or a test. */
export interface PublishedEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly orderId: string | null;
  /** 1…n within the order. */
  readonly sequence: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/**
 * The body of a message. `data` holds what the event holds, with the step of the order and the reason where there are
 * such. `sequence` is an integer here; the extension of that name would have it as text. What there is none of is left
 * out, since an attribute must not be empty. Source: CloudEvents 1.0.2 and its JSON format.
 */
export function cloudEvent(event: PublishedEvent, source: string) {
  const { from, to, reason } = event;
  return {
    specversion: '1.0',
    id: event.eventId,
    source,
    type: event.eventType,
    ...(event.orderId === null ? {} : { subject: event.orderId }),
    time: event.at.toISOString(),
    datacontenttype: 'application/json',
    ...(event.sequence === null ? {} : { sequence: event.sequence }),
    data: {
      ...event.data,
      ...(from === null ? {} : { from }),
      ...(to === null ? {} : { to }),
      ...(reason === null ? {} : { reason }),
    },
  };
}
