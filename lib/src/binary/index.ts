/** Saved state: a compact binary form that says what it is and notices damage. */
export { seal, unseal, type Sealed, type SealedArray } from "./sealed.ts";
