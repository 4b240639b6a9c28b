/** The services of the case, opened. Their clients are loaded when they are needed, because the libraries take a while. */
import { StreambookError } from "../../errors/index.ts";
import type { S3Access } from "../../ingest/index.ts";
import type { S3 } from "../../s3/index.ts";
import type { SparkSession } from "../../spark/index.ts";
import { type Addresses, credentials } from "../../stack/index.ts";
import type { Superset } from "../../superset/index.ts";
import type { Trino } from "../../trino/index.ts";

/** Where S3 is, and its keys. @throws STACK_DOWN when it does not run */
export async function s3Access({ s3 }: Pick<Addresses, "s3">): Promise<S3Access> {
  const { accessKey = "", secretKey = "" } = await credentials("s3");
  return { address: demand("s3", "S3", s3), accessKey, secretKey };
}

/** Opens S3. @throws STACK_DOWN when it does not run; UNREACHABLE */
export async function openLakeStore(addresses: Pick<Addresses, "s3">, signal?: AbortSignal): Promise<S3> {
  const { openS3 } = await import("../../s3/index.ts");
  return openS3({ ...(await s3Access(addresses)), signal });
}

/** Opens a session of Spark. @throws STACK_DOWN when it does not run; UNREACHABLE */
export async function openLakeEngine({ spark }: Pick<Addresses, "spark">, signal?: AbortSignal): Promise<SparkSession> {
  const { openSpark } = await import("../../spark/index.ts");
  return openSpark({ address: demand("spark", "Spark", spark), signal });
}

/** Opens Trino. @throws STACK_DOWN when it does not run; UNREACHABLE */
export async function openLakeSql({ trino }: Pick<Addresses, "trino">, signal?: AbortSignal): Promise<Trino> {
  const { openTrino } = await import("../../trino/index.ts");
  return openTrino({ address: demand("trino", "Trino", trino), source: "tweets", signal });
}

/** Where the dashboards are, and the password of `admin`. @throws STACK_DOWN when Superset does not run */
export async function boardsAccess({
  dashboards,
}: Pick<Addresses, "dashboards">): Promise<{ readonly address: string; readonly password: string }> {
  const { password = "" } = await credentials("superset");
  return { address: demand("superset", "Superset", dashboards), password };
}

/** Opens Superset. @throws STACK_DOWN when it does not run; UNREACHABLE */
export async function openLakeBoards(
  addresses: Pick<Addresses, "dashboards">,
  signal?: AbortSignal,
): Promise<Superset> {
  const { openSuperset } = await import("../../superset/index.ts");
  return openSuperset({ ...(await boardsAccess(addresses)), signal });
}

function demand(service: string, title: string, address: string | undefined): string {
  if (address !== undefined) return address;
  throw new StreambookError("STACK_DOWN", `${title} is not running`, { hint: { start: [service] } });
}
