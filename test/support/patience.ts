/**
 * How long a test waits for what comes soon on a calm machine. It only ends a hang: a busy machine may take thirty times as
 * long as a calm one.
 */
export const PATIENT_MS = 120_000;
