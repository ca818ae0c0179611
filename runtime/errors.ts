/** Everything that can go wrong in operation. Each has a row in docs/errors.md. */
export const errorCodes = [
  'config.invalid',
  'config.unknown',
  'network.invalid',
  'log.unavailable',
  'log.corrupt',
  'log.position',
  'log.gap',
  'store.unavailable',
  'store.version',
  'store.fenced',
  'live.unavailable',
  'registry.unavailable',
  'registry.incompatible',
  'store.incomplete',
  'replay.source',
  'api.port',
  'api.unreachable',
  'model.refused',
  'services.missing',
  'services.port',
  'services.start',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An operating error: expected in the life of a system, retried in `run.ts` when `canRetry`, then fatal. */
export class ArterialError extends Error {
  readonly code: ErrorCode;
  readonly canRetry: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; canRetry?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ArterialError';
    this.code = code;
    this.canRetry = options.canRetry ?? false;
  }
}
