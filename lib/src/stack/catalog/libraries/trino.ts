import type { Library } from "../../service.ts";

/** The plugins that the course's catalogs are made of: the archive holds sixty. */
const PLUGINS = ["delta-lake", "hive", "kafka", "cassandra", "memory", "tpch"];

/** Trino's server and its plugins. It is published as an archive only. */
export const trino: Library = {
  name: "trino",
  megabytes: 0,
  source: {
    artifact: "io.trino:trino-server:tar.gz:476",
    sha256: "cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f",
    megabytes: 821,
    keep: ["lib/**", `plugin/{${PLUGINS.join(",")}}/**`],
  },
  java: { lowest: 24 },
  opens: [],
  configuration: [],
};
