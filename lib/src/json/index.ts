/** JSON for programs that read what is written here, and of programs that write: values that JSON has no form for are kept as text, or refused, never made null. */
export { exactJson, toJson } from "./json.ts";
export { parseExact } from "./parse-exact.ts";
