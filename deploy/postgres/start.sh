#!/usr/bin/env bash
# Starts the PostgreSQL of compose.yaml with TLS.
set -euo pipefail

# PostgreSQL refuses a key that others could read, and a mounted secret has the permissions of its file.
install -m 0600 /run/secrets/postgres.key /tmp/postgres.key

# Only Holdfast connects, so nobody needs an older version, of whose ciphers some are weak.
exec docker-entrypoint.sh postgres \
  -c ssl=on \
  -c ssl_cert_file=/run/secrets/postgres.crt \
  -c ssl_key_file=/tmp/postgres.key \
  -c ssl_min_protocol_version=TLSv1.3 \
  -c password_encryption=scram-sha-256 \
  -c hba_file=/etc/holdfast/pg_hba.conf
