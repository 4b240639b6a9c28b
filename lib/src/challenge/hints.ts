/** Hints for the consumer, from a question to nearly the answer: one at a time. */

/** Each stage says more than the one before. */
export const HINTS: readonly string[] = [
  `Run the challenge and open the picture of the first failure. Find the moment of the kill. Which of the program's steps had Kafka or HDFS
seen by then, and which had they not? What does the next start of the program believe, and who told it?`,
  `The position is in Kafka, the messages are on HDFS: two systems, and a kill fits between any two writes. Whichever you write first, some kill
loses messages or doubles them (lesson 08 shows both). So keep the position where the messages are. What do the names of the files on HDFS
have to say, so that a program which has just started knows where each partition goes on?`,
  `Write each file under a name that does not count (a folder whose name begins with "_"), and give it its real name with one RENAME: it is
there whole, or not at all. Put partition and first offset into the name. At every assignment, list the files, and seek each partition to the
first offset that no file holds. Commit to Kafka, if you like, for others to see; never read from it.`,
  `Lost answers: when a RENAME's answer is lost, was it done? Look: if the target is there with your length, it was. If it is there with
another length, somebody else has that place: stop, and begin again from the files.
Freeze: a program that was frozen may hold messages that another one has stored since. A name of partition and first offset alone can be taken
once; who finds it taken by a file of another length is out of date. So do not put the last offset into the name: count the lines of the last file.`,
  `The library has the parts: \`openConsumer\` from "streambook/kafka" asks \`positions\` at every assignment (lesson 08), and its batches say which
partition they are of. \`Hdfs\` from "streambook/hdfs" has \`list\`, \`read\`, \`write\` and \`renameOnce\`, which looks before it complains. Let any error
end the program: it is started again, and begins from the files. The whole of it is in notebooks/solutions/consumer.ts, some 50 lines.`,
];
