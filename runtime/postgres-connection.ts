/** Connections to PostgreSQL: transactions, types and errors. */
import type { Socket } from 'node:net';
import pg from 'pg';
import { ArterialError } from './errors.ts';

const int8 = 20;
const int8Array = 1016;
const textArray = pg.types.getTypeParser(int8Array as never, 'text') as (text: string) => (string | null)[];

export interface PostgresOptions {
  /** Connections at once: more than there are large commits, or small ones would wait for them. */
  readonly poolSize?: number;
  /** A statement that takes longer is given up. Milliseconds. */
  readonly statementTimeout?: number;
  /** A transaction in which nothing is asked for so long is ended by the server, with its locks. Milliseconds. */
  readonly idleTimeout?: number;
}

/** A connection that is not used for so long is closed: to make one takes longer than a small commit. Milliseconds. */
const unusedMost = 300_000;
/** The server says so when it gives a statement up; a connection that is silent for longer is dead. Milliseconds. */
const silenceBeyondTimeout = 2_000;

export class PostgresConnection {
  private readonly pool: pg.Pool;
  private readonly silenceMost: number;
  private closing: Promise<void> | undefined;

  constructor(
    url: string,
    { poolSize = 8, statementTimeout = 30_000, idleTimeout = 4_000 }: PostgresOptions = {},
  ) {
    refuseUnreadable(url);
    this.silenceMost = statementTimeout + silenceBeyondTimeout;
    this.pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      idleTimeoutMillis: unusedMost,
      connectionTimeoutMillis: statementTimeout,
      statement_timeout: statementTimeout,
      // A process that is frozen amid a commit would keep the others from taking its partitions over.
      idle_in_transaction_session_timeout: idleTimeout,
      keepAlive: true,
      application_name: 'arterial',
      types: { getTypeParser: (oid: number, format?: string) => parserOf(oid, format) as never },
    });
    // A connection that breaks is thrown away; whoever uses it next, or is using it, gets the error then.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Runs `work` in one transaction; `how` continues BEGIN. */
  transaction<Result>(work: (client: pg.PoolClient) => Promise<Result>, how = ''): Promise<Result> {
    return this.with(async (client) => {
      await client.query(`BEGIN ${how}`);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    });
  }

  /** Statements that make their own transactions, on one connection and as long as they take. */
  async session(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    try {
      const client = await this.pool.connect();
      try {
        await client.query('SET statement_timeout = 0');
        await work(client);
      } finally {
        // Not given back: the next user has a right to the timeout.
        client.release(true);
      }
    } catch (failure) {
      throw operating(failure);
    }
  }

  query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    return this.with((client) => client.query(text, [...values]));
  }

  /** A statement that connections keep by its name. */
  run(statement: { readonly name: string; readonly text: string; readonly values: unknown[] }) {
    return this.with((client) => client.query(statement));
  }

  close(): Promise<void> {
    this.closing ??= this.pool.end();
    return this.closing;
  }

  /** Lends a connection; after a failure it is given back as it was, or not at all. */
  private async with<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    try {
      const client = await this.pool.connect();
      const hasAnswered = this.giveUpWhenSilent(client);
      let broken: Error | undefined;
      try {
        return await work(client);
      } catch (failure) {
        // Outside a transaction it is a warning and nothing else.
        await client.query('ROLLBACK').catch((error: Error) => {
          broken = error;
        });
        throw failure;
      } finally {
        hasAnswered();
        client.release(broken);
      }
    } catch (failure) {
      throw operating(failure);
    }
  }

  /**
   * Breaks the connection when nothing comes and nothing goes for too long while it is lent: the server's side may be
   * gone without a word, and nobody else would notice. Returns how to stop.
   */
  private giveUpWhenSilent(client: pg.PoolClient): () => void {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    const giveUp = (): void => {
      stream.destroy(new Error(`the connection was silent for ${this.silenceMost} ms`));
    };
    stream.setTimeout(this.silenceMost, giveUp);
    return () => {
      stream.setTimeout(0);
      stream.off('timeout', giveUp);
    };
  }
}

/** The setting that says where the database is; errors name it, for it is the operator who can correct it. */
const setting = 'ARTERIAL_DATABASE_URL';

/** Refuses an address that no connection can be made from. What is said does not repeat it: it may hold a password. */
function refuseUnreadable(url: string): void {
  const wouldBeRight = 'postgres://user:password@host:5432/database would be right';
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new ArterialError(
      'config.invalid',
      `${setting}: this is no address of a database; ${wouldBeRight}`,
    );
  try {
    // Reads the parameters, and the files of keys and certificates that they name; connects to nothing.
    new pg.Client({ connectionString: url });
  } catch (failure) {
    const why = failure instanceof URIError || !(failure instanceof Error) ? 'malformed' : failure.message;
    throw new ArterialError('config.invalid', `${setting}: ${why}; ${wouldBeRight}`, { cause: failure });
  }
}

function parserOf(oid: number, format?: string): (text: string) => unknown {
  if (oid === int8) return Number;
  if (oid === int8Array)
    return (text) => textArray(text).map((item) => (item === null ? null : Number(item)));
  return pg.types.getTypeParser(oid, format as 'text');
}

/** Classes of SQLSTATE that another try may get past: connection, transaction, resources, intervention, system. */
const passing = ['08', '40', '53', '55', '57', '58'];
/** The server has ended a transaction in which nothing was asked for too long. */
const idleTooLong = '25P03';

/** What went wrong with the server as an operating error; anything else is a mistake and stays as it is. */
function operating(failure: unknown): unknown {
  if (failure instanceof ArterialError || !(failure instanceof Error)) return failure;
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : '';
  const fromServer = failure instanceof pg.DatabaseError;
  // Wrong password, no such database, no agreement on TLS: of no use to try again, but no mistake of the program.
  const isRefused = fromServer ? ['28', '3D'].includes(code.slice(0, 2)) : isTlsRefusal(failure, code);
  const canRetry =
    !isRefused &&
    (fromServer
      ? passing.includes(code.slice(0, 2)) || code === idleTooLong
      : isConnectionLoss(failure, code));
  if (!canRetry && !isRefused) return failure;
  const hint = isRefused ? `; correct ${setting}` : '';
  return new ArterialError('store.unavailable', `the database: ${failure.message || code}${hint}`, {
    cause: failure,
    canRetry,
  });
}

/** The server has no TLS, or shows a certificate that is not trusted. */
const isTlsRefusal = (failure: Error, code: string): boolean =>
  /does not support SSL|SSL is not enabled/i.test(failure.message) ||
  /^ERR_TLS_|^ERR_SSL_|CERT|UNABLE_TO_VERIFY/.test(code);

const isConnectionLoss = (failure: Error, code: string): boolean =>
  /^E[A-Z]+$/.test(code) ||
  failure instanceof AggregateError ||
  /connection|timeout|client was closed|cannot use a pool after/i.test(failure.message);
