/** S3: objects in buckets, by S3Proxy over a folder of this machine. Requests are signed, and signatures checked. */
import type { Service } from "../service.ts";
import { s3 as library } from "./libraries/s3.ts";

export default {
  name: "s3",
  title: "S3",
  does: "keeps objects in buckets: the files of tables that are no HDFS; every request is signed with this set-up's own keys",
  profile: "tweets",
  rank: 75,
  program: {
    kind: "java",
    library,
    main: "org.gaul.s3proxy.Main",
    heap: 256,
    options: () => ["-DLOG_LEVEL=info"],
    arguments: ({ layout }) => ["--properties", `${layout.conf}/s3/s3proxy.conf`],
  },
  ports: { http: 9000 },
  needs: [],
  after: [],
  memory: 220,
  stopTimeout: 10,
  isStorage: true,
  addresses: { s3: { variable: "STREAMBOOK_S3", port: "http", scheme: "http" } },
  secrets: {
    accessKey: { title: "access key", variable: "STREAMBOOK_S3_ACCESS_KEY", length: 20 },
    secretKey: { title: "secret key", variable: "STREAMBOOK_S3_SECRET_KEY", length: 40 },
  },
  asked: "s3",
  answers: refusesStrangers,
  configuration: ["s3"],
  folders: ["s3"],
  container: { memory: 448, publishes: { port: "http" }, volume: "s3" },
} satisfies Service;

/** Without a signature S3 answers that access is denied, in its own form: so it works, and checks. */
async function refusesStrangers(address: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(address, { signal });
  return response.status === 403 && (await response.text()).includes("<Code>AccessDenied</Code>");
}
