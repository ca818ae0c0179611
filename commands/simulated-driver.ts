/** A driver who uses the API as an app would: asks to be told about a car park, and listens. */
import type { Network } from '#domain/network.ts';

export interface Driver {
  stop(): void;
}

interface Notice {
  readonly text: string;
}

/** Subscribes to the largest car park; every notice is said. Ends quietly when the API does. */
export function startDriver(address: string, network: Network, say: (line: string) => void): Driver {
  const leaving = new AbortController();
  const facility = [...network.facilities.values()].sort((a, b) => b.capacitySpaces - a.capacitySpaces)[0];
  if (facility) follow(address, facility.id, say, leaving.signal).catch(() => {});
  return { stop: () => leaving.abort() };
}

async function follow(
  address: string,
  facility: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const asked = await fetch(`${address}/v1/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ facility }),
    signal,
  });
  const { subscription } = (await asked.json()) as { subscription: string };
  const stream = await fetch(`${address}/v1/stream?kinds=notification&subscription=${subscription}`, {
    signal,
  });
  for await (const notice of noticesIn(stream)) say(`a driver is told: ${notice.text}`);
}

/** The events of a server-sent stream, as they come. */
async function* noticesIn(response: Response): AsyncGenerator<Notice> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data:'));
      if (data && event.includes('event: notification')) yield JSON.parse(data.slice(5)) as Notice;
    }
  }
}
