#!/usr/bin/env bash
# stack/spark/messages.sh: makes lib/src/spark/messages/, the messages of Spark Connect, from the .proto files in Spark's own jar. For
# those who change Spark's version; needs the jars (`npx streambook fetch spark`), a JDK, and npm for the compiler.
# What it makes is kept in the repository: readers see the messages, a change of Spark shows as a difference, and set-up needs
# neither the compiler (40 MB) nor Spark's jars to build the library.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
jar=$(ls "${STREAMBOOK_JARS:-$project/.streambook/jars}"/spark/spark-connect_*.jar)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
jar --extract --file "$jar" spark/connect
rm -f spark/connect/example_plugins.proto
mkdir proto
mv spark proto/
cat >buf.yaml <<'YAML'
version: v2
modules: [{ path: proto }]
YAML
cat >buf.gen.yaml <<'YAML'
version: v2
plugins:
  - local: protoc-gen-es
    out: made
    opt: [target=ts, import_extension=ts, erasable_syntax=true]
YAML
npm exec --yes --package=@bufbuild/buf@1.75.0 --package=@bufbuild/protoc-gen-es@2.17.0 --package=@bufbuild/protobuf@2.17.0 -- buf generate
rm -rf "$project/lib/src/spark/messages"
mkdir -p "$project/lib/src/spark/messages"
for file in made/spark/connect/*.ts; do
  sed 's|"\./\([a-z_]*\)_pb\.ts"|"./\1.ts"|' "$file" >"$project/lib/src/spark/messages/$(basename "$file" _pb.ts).ts"
done
(cd proto && find . -name '*.proto' -type f | LC_ALL=C sort | xargs sha256sum) >"$project/lib/src/spark/messages/PROTO.sha256"
echo "$(ls "$project"/lib/src/spark/messages/*.ts | wc -l) files of messages from $(basename "$jar")"
