/** Throws if the data of a server breaks an invariant. */
export async function requireInvariants(url: string, adminToken: string): Promise<void> {
  const reply = await fetch(`${url}/api/operations/invariants`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  const report = (await reply.json()) as { ok: boolean };
  if (!reply.ok || !report.ok)
    throw new Error(`an invariant is violated: ${JSON.stringify(report)}`);
}
