/** A certificate of our own for servers on this machine, by OpenSSL. */
import { execFileSync } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirePrograms } from './programs.ts';

export interface Certificate {
  /** Who trusts this trusts the server: the certificate signs itself. */
  readonly caPem: string;
  /** File with the key, unencrypted, and the certificate. */
  readonly keyFile: string;
  readonly certificateFile: string;
}

const days = 30;

/** The certificate in the folder, made if need be, for `127.0.0.1` and `localhost`. */
export async function ownCertificate(folder: string): Promise<Certificate> {
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  if (!(await isThere(certificateFile))) {
    requirePrograms('TLS', ['openssl']);
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', String(days)];
    execFileSync(
      'openssl',
      [
        ...request,
        ...['-subj', '/CN=localhost', '-addext', names],
        ...['-keyout', keyFile, '-out', certificateFile],
      ],
      { stdio: 'pipe' },
    );
  }
  return { caPem: await readFile(certificateFile, 'utf8'), keyFile, certificateFile };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
