/**
 * `node container-check.ts SERVICE`: exit code 0 if the service of this container works. The engine asks every few seconds,
 * so this is a program of its own that loads next to nothing.
 */
import { CONTAINER_PORTS, containerAddresses, oneService } from "./containers.ts";
import { answers, listens } from "./readiness.ts";
import { SERVICES } from "./services.ts";

const service = oneService(process.argv[2] ?? "");
// The NameNode and the ResourceManager believe for a while that a DataNode, or a NodeManager, which is gone, is there.
const { page } = SERVICES[service];
const open = page === undefined || (await listens(`127.0.0.1:${CONTAINER_PORTS[service][page]}`));
process.exit(open && (await answers(service, containerAddresses())) ? 0 : 1);
