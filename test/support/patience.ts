/**
 * How long a test waits for something that is quick on an idle machine. It only ends a hang: a busy machine may take
 * thirty times as long as an idle one.
 */
export const PATIENT_MS = 120_000;
