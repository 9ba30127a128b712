/** The time zone of this machine, for pages that could not read the shop's. */
export const hereZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
