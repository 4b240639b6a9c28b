/** The services of the course: which there are, how they start, where they are, and how you know that they are up. */
export { addresses, homeFolder, hostOf, projectFolder, type Addresses } from "./addresses.ts";
export {
  isServiceName,
  resolveServices,
  SERVICE_GROUPS,
  SERVICE_NAMES,
  SERVICES,
  type Library,
  type Service,
  type ServiceName,
} from "./services.ts";
export { up, type RunningStack, type UpOptions } from "./up.ts";
export { down, downIfUnused, temporaryServices, type DownOptions, type Released } from "./down.ts";
export { startGuardian, type Charge, type Guardian } from "./guardian.ts";
export { stackUsers, usersInWords, useStack, type StackUser } from "./users.ts";
export { deadServices, isHealthy, missingServices, status, type ServiceStatus } from "./status.ts";
export { containerAddresses, WEBHDFS_OUTSIDE } from "./containers.ts";
export { runInContainer } from "./container-run.ts";
export { logs, type LogOptions } from "./logs.ts";
export { doctor, type DoctorOptions, type Finding } from "./doctor.ts";
export { reset, type ResetOptions } from "./reset.ts";
export { hadoopClient, type HadoopClient } from "./hadoop-client.ts";
export { versions, type Versions } from "./versions.ts";
export type { StackEvent, StackOptions } from "./events.ts";
