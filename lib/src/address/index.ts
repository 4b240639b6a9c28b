/** Where a service answers: `host:port`, read the same way wherever a person or a program gives it; and whether a proxy is the way there. */
export { formatAddress, parseAddress, type Address } from "./address.ts";
export { downloadThroughProxy, proxyFor, reachDirectly } from "./direct.ts";
export { listenAt } from "./listen.ts";
