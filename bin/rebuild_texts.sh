#!/bin/sh
# Rebuilds the texts from their messages by MapReduce; `--help` shows the options.
exec node "$(dirname "$0")/../lib/bin/streambook.mjs" rebuild "$@"
