import assert from "node:assert/strict";
import { test } from "node:test";
import { mainComplaint, readLog } from "./hadoop-log.ts";

function read(text: string) {
  const { log, line } = readLog();
  for (const each of text.split("\n")) line(each);
  return log;
}

test("a job is followed from its submission to its counters", () => {
  const log = read(`09:26:49,202 INFO YarnClientImpl: Submitted application application_1795251099061_0001
09:26:49,228 INFO Job: Running job: job_1795251099061_0001
09:26:52,812 INFO Job:  map 0% reduce 0%
09:26:55,525 INFO Job:  map 100% reduce 33%
09:26:58,472 INFO Job: Job job_1795251099061_0001 completed successfully
09:26:58,515 INFO Job: Counters: 3
\tMap-Reduce Framework
\t\tMap input records=2
\tFile Input Format Counters${" "}
\t\tBytes Read=27
\twords
\t\ta=b c=9
09:26:58,515 INFO StreamJob: Output directory: /out`);
  assert.deepEqual(log, {
    applicationId: "application_1795251099061_0001",
    jobId: "job_1795251099061_0001",
    map: 100,
    reduce: 33,
    running: true,
    succeeded: true,
    ended: true,
    counters: {
      "Map-Reduce Framework": { "Map input records": 2 },
      "File Input Format Counters": { "Bytes Read": 27 },
      words: { "a=b c": 9 },
    },
    complaints: [],
  });
});

test("of several complaints the most informative one is reported", () => {
  const { complaints } = read(`INFO Job: Task Id : attempt_1_0002_m_000000_0, Status : FAILED
Error: java.lang.RuntimeException: Error in configuring object
Caused by: java.lang.RuntimeException: configuration exception
Caused by: java.io.IOException: Cannot run program "/no such/node": error=2, No such file or directory
\tat java.base/java.lang.ProcessBuilder.start(ProcessBuilder.java:1143)
Streaming Command Failed!`);
  assert.equal(mainComplaint(complaints), 'Cannot run program "/no such/node": error=2, No such file or directory');
  assert.equal(mainComplaint([]), undefined);
});

test("Java's class names are left out", () => {
  const { complaints } = read(
    `Exception in thread "main" org.apache.hadoop.mapred.FileAlreadyExistsException: Output directory /x already exists`,
  );
  assert.equal(mainComplaint(complaints), "Output directory /x already exists");
});
