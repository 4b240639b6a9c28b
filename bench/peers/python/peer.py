"""The pipeline by hand, in Python: a topic of Kafka, read to its end once, clustered as it comes, into Parquet files.

What one would write who wants it fast: librdkafka fetches in threads of its own, orjson parses, scikit-learn hashes, weighs and
clusters 10,000 messages at a time, Arrow writes. The rows have the columns of the course's table. It keeps no model, no offsets and
no dead letters; killed, it begins anew.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction.text import HashingVectorizer

BATCH = 10_000
"""Messages of one step: of k-means, and of one file."""
SILENCE = 30
"""Seconds without an answer after which Kafka counts as gone."""

FIELDS = pa.schema(
    [
        ("agent_id", pa.string()),
        ("destination_uri", pa.string()),
        ("event_time", pa.string()),
        ("chunk", pa.string()),
        ("stream_id", pa.string()),
        ("seq", pa.int32()),
        ("is_last", pa.bool_()),
    ]
)
COLUMNS = pa.schema(
    [*FIELDS, ("cluster", pa.int32()), ("kafka_partition", pa.int32()), ("kafka_offset", pa.int64())]
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--broker", required=True, help="Kafka, host:port")
    parser.add_argument("--topic", required=True, help="read from its beginning to its present end")
    parser.add_argument("--output", required=True, type=Path, help="a folder that is new or empty")
    parser.add_argument("--clusters", type=whole, default=5)
    parser.add_argument("--features", type=whole, default=1000, help="buckets that words are hashed to (default: 1000)")
    parser.add_argument(
        "--tokens",
        choices=("split", "words"),
        default="split",
        help="what is a word: what stands between blanks, or what scikit-learn takes for one",
    )
    return parser.parse_args()


def whole(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def messages(broker, topic):
    """Batches of the messages of a topic, until the end of each of its partitions."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": "peer",  # not joined: the partitions are assigned by hand
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.max.bytes": 16 << 20,
            "max.partition.fetch.bytes": 4 << 20,
            "queued.max.messages.kbytes": 64 << 10,
            "log_level": 0,  # what matters comes as an exception
        }
    )
    try:
        found = consumer.list_topics(topic, timeout=SILENCE).topics[topic]
        if found.error is not None:
            sys.exit(f"peer: the topic {topic} cannot be read from {broker}: {found.error.str()}")
        consumer.assign([TopicPartition(topic, partition, 0) for partition in found.partitions])
        left = set(found.partitions)
        heard = time.monotonic()
        while left:
            # It waits until the batch is full or the time is over, so a long time would be lost at the end.
            batch = consumer.consume(2000, 0.02)
            if batch:
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENCE:
                sys.exit(f"peer: {broker} sent nothing for {SILENCE} s")
            good = []
            for message in batch:
                error = message.error()
                if error is None:
                    good.append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                else:
                    raise KafkaException(error)
            yield good
    except KafkaException as error:
        sys.exit(f"peer: Kafka at {broker}: {error.args[0].str()}")
    finally:
        consumer.close()


def parse(message):
    try:
        value = orjson.loads(message.value())
        if not isinstance(value["chunk"], str):
            raise ValueError("its chunk is no text")
        return value
    except (KeyError, TypeError, ValueError) as error:
        place = f"message {message.offset()} of partition {message.partition()}"
        sys.exit(f"peer: {place} is none of the course's: {type(error).__name__}: {error}")


class Labeller:
    """TF-IDF over the documents so far, and mini-batch k-means of its rows, each of length 1."""

    def __init__(self, clusters, features, tokens):
        by = {"tokenizer": str.split, "token_pattern": None} if tokens == "split" else {}
        self.vectorizer = HashingVectorizer(n_features=features, alternate_sign=False, norm=None, **by)
        self.frequencies = np.zeros(features)
        self.documents = 0
        self.model = MiniBatchKMeans(n_clusters=clusters, random_state=42, batch_size=BATCH, n_init=3)

    def label(self, texts):
        x = self.vectorizer.transform(texts)
        self.frequencies += np.bincount(x.indices, minlength=x.shape[1])
        self.documents += x.shape[0]
        x.data *= np.log((self.documents + 1) / (self.frequencies[x.indices] + 1))
        lengths = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
        x.data /= np.repeat(np.where(lengths == 0, 1, lengths), np.diff(x.indptr))
        # The first batch seeds the model, and must have a row for each cluster.
        if self.documents == x.shape[0] and x.shape[0] < self.model.n_clusters:
            return np.zeros(x.shape[0], dtype=np.int32)
        self.model.partial_fit(x)
        return self.model.predict(x)


def write(file, held, labels):
    values = [value for value, _ in held]
    columns = [[value.get(name) for value in values] for name in FIELDS.names]
    places = [[message.partition() for _, message in held], [message.offset() for _, message in held]]
    table = pa.table([pa.array(c, f.type) for c, f in zip([*columns, labels, *places], COLUMNS)], schema=COLUMNS)
    pq.write_table(table, file, compression="snappy")


def main():
    given = arguments()
    if given.output.exists() and (not given.output.is_dir() or any(given.output.iterdir())):
        sys.exit(f"peer: {given.output} is there already and not an empty folder; give another --output")
    given.output.mkdir(parents=True, exist_ok=True)
    labeller = Labeller(given.clusters, given.features, given.tokens)
    held = []
    files = rows = 0

    def flush():
        nonlocal held, files, rows
        labels = labeller.label([value["chunk"] for value, _ in held])
        write(given.output / f"{files}.parquet", held, labels)
        files, rows, held = files + 1, rows + len(held), []

    for batch in messages(given.broker, given.topic):
        held.extend((parse(message), message) for message in batch)
        if len(held) >= BATCH:
            flush()
    if held:
        flush()
    print(f"{rows} rows in {files} files of {given.output}")


if __name__ == "__main__":
    main()
