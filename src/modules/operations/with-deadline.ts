/** Returns the result, or `otherwise` if it does not arrive in time. */
export async function withDeadline<T, Otherwise>(
  timeoutMs: number,
  result: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Otherwise>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), timeoutMs);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
