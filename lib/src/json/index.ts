/** JSON for programs that read what is written here: values that JSON has no form for are kept as text, or refused, never made null. */
export { exactJson, toJson } from "./json.ts";
