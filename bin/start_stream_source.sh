#!/bin/sh
# Serves the texts of a folder as streams of chunks; `--help` shows the options.
exec node "$(dirname "$0")/../lib/bin/streambook.mjs" source "$@"
