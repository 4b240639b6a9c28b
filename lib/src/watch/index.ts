/** What runs and flows, watched: figures of services, topics, groups and tables, as a page, as text, and for Prometheus. */
export { Watch, type WatchOptions } from "./watch.ts";
export type { GroupView, ServiceView, Snapshot, StreamView, TableView, TopicView } from "./figures/snapshot.ts";
export type { Fault } from "./figures/faults.ts";
export { startWatchServer, WATCH_PORT, type WatchServer, type WatchServerOptions } from "./server.ts";
export { snapshotText } from "./show/text.ts";
