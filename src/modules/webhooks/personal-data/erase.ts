/** Erases nothing: what is sent of an event is read from the log each time, without what was erased there. */
export async function erase(): Promise<void> {}
