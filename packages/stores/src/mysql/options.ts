import type { ConnectionConfig } from 'mariadb'

/** The driver's form of a URL `mysql://user:password@host:3306/database`. */
export function mysqlOptions(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    // MySQL 8 accepts a password only over TLS or with this; the network in between is ours.
    allowPublicKeyRetrieval: true,
    // Sent in the handshake. Add no option that the driver sets by a statement after it (another collation, a time zone, a
    // session variable): if the server dies at that moment, the driver's unhandled rejection ends the process.
    collation: 'UTF8MB4_BIN',
  } satisfies ConnectionConfig
}
