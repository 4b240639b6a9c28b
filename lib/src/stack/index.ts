/** The services of the course: which there are, how they start, where they are, and how you know that they are up. */
export { homeFolder, projectFolder } from "../project/index.ts";
export { addresses, hostOf, knownAddresses, ownerOf, type Addresses } from "./addresses.ts";
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
export type { Library, Place, PythonPackages, Program, Service } from "./service.ts";
export { claimedHome } from "./layout.ts";
export { up, type RunningStack, type UpOptions } from "./commands/up.ts";
export { down, downIfUnused, temporaryServices, type DownOptions, type Released } from "./commands/down.ts";
export { startGuardian, type Charge, type Guardian } from "./commands/guardian.ts";
export { stackUsers, describeUsers, useStack, type StackUser } from "./commands/users.ts";
export { deadServices, isHealthy, missingServices, status, type ServiceStatus } from "./commands/status.ts";
export { ServiceHealth } from "./commands/health.ts";
export { ServiceMeasures, type ServiceFigures } from "./observe/measure.ts";
export { containerAddresses, publication } from "./containers/containers.ts";
export { runInContainer } from "./containers/run.ts";
export { explainingLine } from "./observe/log-lines.ts";
export { logs, type LogOptions } from "./observe/logs.ts";
export { doctor, type DoctorOptions, type Finding } from "./commands/doctor.ts";
export { fetchFor, missingFor, pythonProgram, type FetchForOptions } from "./commands/fetch.ts";
export { reset, type ResetOptions } from "./commands/reset.ts";
export { hadoopClient, type HadoopClient } from "./commands/hadoop-client.ts";
export { versions } from "./versions.ts";
export { credentials, type Secrets } from "./secrets.ts";
export type { StackEvent, StackOptions } from "./events.ts";
export { composeFile } from "./containers/compose.ts";
export { INTERNAL_VARIABLES, knownVariables } from "./docs/environment.ts";
export { environmentPage, forwardedPorts, readmeTable, servicesPage } from "./docs/service-docs.ts";
