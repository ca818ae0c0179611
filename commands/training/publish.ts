import { ArterialError } from '#runtime/errors.ts';

/** A city answers at once; one that does not is not there. Milliseconds. */
const patience = 30_000;

/** Hands a model in at the API of a city, and says what the city said. */
export async function publishModel(address: string, bytes: Uint8Array): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(new URL('/v1/forecasts/models', address), {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
      signal: AbortSignal.timeout(patience),
    });
  } catch (cause) {
    throw new ArterialError('api.unreachable', `${address} does not answer: ${(cause as Error).message}`, {
      cause,
    });
  }
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (answer.status === 201)
    return `${said['name']} is with the forecasters of ${(said['districts'] as string[]).length} districts`;
  throw new ArterialError(
    'model.refused',
    `${address} says ${answer.status}: ${said['detail'] ?? 'nothing'}`,
  );
}
