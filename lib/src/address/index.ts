/** Where a service answers: `host:port`, read the same way wherever a person or a program gives it. */
export { formatAddress, parseAddress, type Address } from "./address.ts";
