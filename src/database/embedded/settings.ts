export type ServerSettings = Readonly<Record<string, string>>;

/**
 * Settings for a small server that shares its machine with Holdfast. Those that make a commit durable (fsync,
 * full_page_writes, synchronous_commit) keep PostgreSQL's defaults, which are on. They are passed at the start rather
 * than written to postgresql.conf, so that each version of Holdfast uses its own.
 */
export const serverSettings: ServerSettings = {
  listen_addresses: '127.0.0.1',
  // No socket file: its folder would have to exist and be writable, and its path has a limit of about 100 bytes.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  random_page_cost: '1.1',
  wal_compression: 'on',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Detects a client that disappeared in the middle of a statement.
  client_connection_check_interval: '5s',
  // One log file per weekday, each overwritten a week later.
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
};

export function formatParameters(settings: ServerSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
