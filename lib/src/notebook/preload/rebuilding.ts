/**
 * Files that change beside an open page: `npm install`, a file of the learner's own. The compiler then wants to look for modules anew,
 * soon, and has a timer for that beside the one that rebuilds the cell. tslab knows of one timer only: every cell failed until a restart.
 */
import type TypeScript from "typescript";

type SetTimeout = NonNullable<TypeScript.System["setTimeout"]>;
type ClearTimeout = NonNullable<TypeScript.System["clearTimeout"]>;

/** How the compiler calls what it wants to do when a module may be found elsewhere. It is done at the next cell in any case. */
const LOOKS_AGAIN = "invalidateResolutionsOfFailedLookup";
/** Stands for a timer that never fires. */
const NEVER = {};

/** Lets tslab's timers, which it sets on a system that inherits from this one, stand for the rebuilding of a cell alone. */
export function rebuildCellsOnly(system: TypeScript.System): void {
  intercept(
    system,
    "setTimeout",
    (own: SetTimeout): SetTimeout =>
      (callback, milliseconds, ...rest: unknown[]) =>
        callback.name === LOOKS_AGAIN ? NEVER : (own(callback, milliseconds, ...rest) as unknown),
  );
  intercept(system, "clearTimeout", (own: ClearTimeout): ClearTimeout => (timer) => {
    if (timer !== NEVER) own(timer);
  });
}

/** Wraps a function when it is set on an object that inherits from `system`; that of the system itself stays. */
function intercept<Name extends "setTimeout" | "clearTimeout">(
  system: TypeScript.System,
  name: Name,
  wrap: (own: NonNullable<TypeScript.System[Name]>) => TypeScript.System[Name],
): void {
  const inherited = system[name];
  Object.defineProperty(system, name, {
    configurable: true,
    get: () => inherited,
    set(this: object, own: NonNullable<TypeScript.System[Name]>) {
      Object.defineProperty(this, name, { value: wrap(own), configurable: true, writable: true });
    },
  });
}
