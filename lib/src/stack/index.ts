/** The services of the course: which there are, how they start, where they are, and how you know that they are up. */
export { addresses, homeFolder, hostOf, projectFolder, type Addresses } from "./addresses.ts";
export {
  CORE,
  findInstance,
  instanceNames,
  isServiceName,
  profileOf,
  resolveServices,
  service,
  serviceGroups,
  serviceNames,
  services,
  titleOf,
} from "./catalog/index.ts";
export type { Library, Place, Program, Service } from "./service.ts";
export { claimedHome } from "./layout.ts";
export { up, type RunningStack, type UpOptions } from "./up.ts";
export { down, downIfUnused, temporaryServices, type DownOptions, type Released } from "./down.ts";
export { startGuardian, type Charge, type Guardian } from "./guardian.ts";
export { stackUsers, usersInWords, useStack, type StackUser } from "./users.ts";
export { deadServices, isHealthy, missingServices, status, type ServiceStatus } from "./status.ts";
export { containerAddresses, publication } from "./containers.ts";
export { runInContainer } from "./container-run.ts";
export { logs, type LogOptions } from "./logs.ts";
export { doctor, type DoctorOptions, type Finding } from "./doctor.ts";
export { reset, type ResetOptions } from "./reset.ts";
export { hadoopClient, type HadoopClient } from "./hadoop-client.ts";
export { versions, type Versions } from "./versions.ts";
export type { StackEvent, StackOptions } from "./events.ts";
export { composeFile } from "./compose.ts";
export { INTERNAL_VARIABLES } from "./environment.ts";
export { environmentPage, forwardedPorts, readmeTable, servicesPage } from "./service-docs.ts";
