/** What Superset has of something that is declared. */
import type { Boards } from "./boards.ts";
import { idOf, type Kind } from "./ids.ts";
import type { SupersetWire } from "./wire.ts";

/** Something that Superset has, as it describes it. */
export type Thing = Readonly<Record<string, unknown>> & { readonly id: number };

/** Finds something that is declared; undefined when it was not made, or has been deleted. @throws SupersetError */
export async function findThing(
  wire: SupersetWire,
  boards: Boards,
  kind: Kind,
  name: string,
  signal?: AbortSignal,
): Promise<Thing | undefined> {
  const uuid = idOf(boards, kind, name);
  const ask = (path: string): Promise<unknown> =>
    wire.jsonIfThere({ method: "GET", path, what: `a look for a ${kind}`, signal });
  if (kind !== "database") return ((await ask(`${kind}/${uuid}`)) as { result?: Thing } | undefined)?.result;
  // a database is described by its number alone
  const filter = encodeURIComponent(`(filters:!((col:uuid,opr:eq,value:'${uuid}')))`);
  const { ids: [id] = [] } = ((await ask(`database/?q=${filter}`)) ?? {}) as { ids?: readonly number[] };
  if (id === undefined) return undefined;
  return ((await ask(`database/${id}/connection`)) as { result?: Thing } | undefined)?.result;
}
