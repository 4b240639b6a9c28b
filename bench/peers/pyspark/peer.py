"""The pipeline by hand, in PySpark: a topic of Kafka, read to its end once, into Parquet files with a cluster for each text.

As Spark's own guides have it: Tokenizer, HashingTF, IDF and k-means are fitted on a warm-up, and then label the stream. Spark runs in
this program's own Java, on all cores of the machine, and writes the files itself, in one micro-batch. The rows have the columns of
the course's table.
"""

import argparse
import sys
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.ml import Pipeline
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import IDF, HashingTF, Tokenizer
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SCHEMA = (
    "agent_id STRING, destination_uri STRING, event_time TIMESTAMP, chunk STRING, stream_id STRING, seq INT, is_last BOOLEAN"
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--broker", required=True, help="Kafka, host:port")
    parser.add_argument("--topic", required=True, help="read from its beginning to its present end")
    parser.add_argument("--output", required=True, type=Path, help="a folder that is new or empty")
    parser.add_argument("--jars", required=True, help="Spark's connector for Kafka and what it needs, with commas")
    parser.add_argument("--clusters", type=whole, default=5)
    parser.add_argument("--features", type=whole, default=1000, help="buckets that words are hashed to (default: 1000)")
    parser.add_argument("--warm-up", type=whole, default=2_000, help="messages that the model is fitted on")
    return parser.parse_args()


def whole(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def open_spark(jars):
    loopback = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    settings = {
        "spark.jars": jars,
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        **loopback,
    }
    spark = SparkSession.builder.master("local[*]").appName("peer").config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def reason(error):
    """What is behind an error, without Java's stack."""
    if isinstance(error, PySparkException):
        return str(error).splitlines()[0]
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    return cause.toString()


def main():
    given = arguments()
    if given.output.exists() and (not given.output.is_dir() or any(given.output.iterdir())):
        sys.exit(f"peer: {given.output} is there already and not an empty folder; give another --output")
    spark = open_spark(given.jars)
    topic = {
        "kafka.bootstrap.servers": given.broker,
        "subscribe": given.topic,
        "startingOffsets": "earliest",
        # A broker that is gone is noticed within half a minute.
        "kafka.request.timeout.ms": "15000",
        "kafka.default.api.timeout.ms": "30000",
    }

    def rows(reader):
        messages = reader.format("kafka").options(**topic).load()
        value = F.from_json(F.col("value").cast("string"), SCHEMA).alias("value")
        place = [F.col("partition").alias("kafka_partition"), F.col("offset").alias("kafka_offset")]
        return messages.select(value, *place).select("value.*", "kafka_partition", "kafka_offset")

    stages = [
        Tokenizer(inputCol="chunk", outputCol="words"),
        HashingTF(inputCol="words", outputCol="counts", numFeatures=given.features),
        IDF(inputCol="counts", outputCol="weights"),
        KMeans(k=given.clusters, seed=42, featuresCol="weights", predictionCol="cluster"),
    ]
    try:
        cores = spark.sparkContext.defaultParallelism  # what a limit leaves is one partition
        warm_up = rows(spark.read).limit(given.warm_up).repartition(cores).persist()  # each pass would read Kafka again
        model = Pipeline(stages=stages).fit(warm_up)
        warm_up.unpersist()
        labelled = model.transform(rows(spark.readStream)).drop("words", "counts", "weights")
        stream = labelled.writeStream.format("parquet").trigger(availableNow=True)
        data, checkpoint = given.output / "data", given.output / "checkpoint"
        query = stream.option("checkpointLocation", str(checkpoint)).start(str(data))
        query.awaitTermination()
    except (PySparkException, Py4JJavaError) as error:
        sys.exit(f"peer: the topic {given.topic} at {given.broker}: {reason(error)}")
    print(f"{sum(progress['numInputRows'] for progress in query.recentProgress)} rows in {data}")
    spark.stop()


if __name__ == "__main__":
    main()
