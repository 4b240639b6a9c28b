/** Who works here: the name by which the services know the user. */
export { hadoopUser, systemUser } from "./user.ts";
