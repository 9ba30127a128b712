/** The event of a message: one of the log, or a test. */
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
 * Builds the body of a message. `data` contains the event's data, and the status change and reason if there are any.
 * `sequence` is an integer here, although the extension of that name defines it as text. Absent values are left out,
 * because an attribute must not be empty. Source: CloudEvents 1.0.2 and its JSON format.
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
