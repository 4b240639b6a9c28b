/**
 * Which member of a group reads which partitions: in turn, over the members that read the topic. kafkajs' own assigner gives out
 * only the topics of the member that leads the group, and gives them to everybody: whoever reads another one would wait for ever.
 */
import kafkajs, { type PartitionAssigner } from "kafkajs";

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

/** A member of a group. */
export interface GroupReader {
  readonly id: string;
  readonly topics: readonly string[];
}

/**
 * Gives out the partitions of topics, in turn.
 *
 * @param partitionsOf the partitions of a topic
 * @returns partitions by topic, by id of the member; each partition of a topic that somebody reads is there once
 */
export function assignPartitions(
  members: readonly GroupReader[],
  partitionsOf: (topic: string) => readonly number[],
): Map<string, Record<string, number[]>> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const topics = [...new Set(sorted.flatMap((member) => member.topics))].sort();
  const assignment = new Map(sorted.map(({ id }): [string, Record<string, number[]>] => [id, {}]));
  let turn = 0; // goes on from topic to topic, so that members get the same number in all
  for (const topic of topics) {
    const readers = sorted.filter((member) => member.topics.includes(topic));
    for (const partition of partitionsOf(topic)) {
      const own = assignment.get((readers[turn++ % readers.length] as GroupReader).id) as Record<string, number[]>;
      (own[topic] ??= []).push(partition);
    }
  }
  return assignment;
}

/** The assigner for kafkajs; by its name and protocol it is the one that kafkajs has. */
export const assignInTurn: PartitionAssigner = (config) => {
  const { cluster } = config;
  const known = kafkajs.PartitionAssigners.roundRobin(config);
  return {
    ...known,
    async assign({ members }) {
      const readers = members.map(({ memberId: id, memberMetadata }) => ({
        id,
        topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }));
      await cluster.addMultipleTargetTopics([...new Set(readers.flatMap(({ topics }) => topics))]);
      const assignment = assignPartitions(readers, (topic) =>
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      );
      return [...assignment].map(([memberId, own]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: known.version,
          assignment: own,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  };
};
