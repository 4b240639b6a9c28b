/** How the objects of bronze are laid out: `date=2026-06-29/hour=13/tweets_{partition}_{first}-{last}.json`. */
import { topicLayout } from "../../../ingest/index.ts";

/** The layout. The bucket is the topic's own, so that there is no folder of the topic in it. */
export const bronzeLayout = topicLayout({ perTopic: false });
