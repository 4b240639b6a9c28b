/**
 * `node check.ts SERVICE`: exit code 0 if the service of this container works. The engine asks every few seconds,
 * so this is a program of its own that loads next to nothing.
 */
import { service } from "../catalog/index.ts";
import { containerAddresses, containerTopology, oneService } from "./containers.ts";
import { askedAddress } from "../place.ts";
import { listens } from "../observe/probes.ts";
import { answers } from "../observe/readiness.ts";

const name = oneService(process.argv[2] ?? "");
const topology = containerTopology();
// One that is asked elsewhere may be believed, for a while, to be there although it is gone.
const { page } = service(name);
const isOpen = page === undefined || (await listens(`127.0.0.1:${topology.ports[name]?.[page]}`));
process.exit(isOpen && (await answers(name, askedAddress(name, topology, containerAddresses()))) ? 0 : 1);
