/** The services of the course: which there are, how they start, where they are, and how you know that they are up. */
export { addresses, homeFolder, projectFolder, type Addresses } from "./addresses.ts";
