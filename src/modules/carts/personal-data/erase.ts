export async function erase(): Promise<void> {}
