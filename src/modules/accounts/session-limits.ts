/** How long sessions last, by the role of their users. Fractions are allowed. */
export interface SessionLimits {
  /** From the sign-in, however often the session is used. */
  readonly customerDays: number;
  /** Without a refresh. */
  readonly customerIdleDays: number;
  /** The same for kitchen and admins. */
  readonly staffDays: number;
  readonly staffIdleHours: number;
}

/** The limits as statements take them. */
export type LimitSeconds = readonly [
  customer: number,
  customerIdle: number,
  staff: number,
  staffIdle: number,
];

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

export function toLimitSeconds(limits: SessionLimits): LimitSeconds {
  return [
    limits.customerDays * DAY_SECONDS,
    limits.customerIdleDays * DAY_SECONDS,
    limits.staffDays * DAY_SECONDS,
    limits.staffIdleHours * HOUR_SECONDS,
  ];
}
