#!/bin/sh
# Sends the texts of a stream source to Kafka, to a log, or both; `--help` shows the options.
exec node "$(dirname "$0")/../lib/bin/streambook.mjs" produce "$@"
