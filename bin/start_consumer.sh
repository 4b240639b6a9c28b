#!/bin/sh
# Reads a topic into clusters and a Hive table; `--help` shows the options.
exec node "$(dirname "$0")/../lib/bin/streambook.mjs" consume "$@"
