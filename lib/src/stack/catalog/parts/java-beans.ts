/** Heap and collections of garbage of a Java program, from the beans that Hadoop's web servers show (`/jmx`). */
import { type Sample, sample } from "../../../metrics/index.ts";
import { askBeans } from "../../observe/probes.ts";
import type { Measurement } from "../../service.ts";

interface Bean {
  readonly name?: string;
  /** Of `java.lang:type=Memory`, in bytes; `max` is -1 where there is no limit. */
  readonly HeapMemoryUsage?: { readonly used: number; readonly max: number };
  /** Of a collector: how often it worked, and for how long, in milliseconds. */
  readonly CollectionCount?: number;
  readonly CollectionTime?: number;
}

/** @param purpose of the port of the service's web server */
export function javaOf(purpose: string): Measurement {
  return {
    gives: [
      "streambook_java_heap_used_bytes",
      "streambook_java_heap_max_bytes",
      "streambook_java_gc_pauses_total",
      "streambook_java_gc_pause_seconds_total",
    ],
    async look(at, signal) {
      const page = at.web(purpose);
      if (page === undefined) return [];
      const [memory, collectors] = await Promise.all(
        ["java.lang:type=Memory", "java.lang:type=GarbageCollector,name=*"].map((bean) => askBeans(page, bean, signal)),
      );
      return javaSamples(at.name, [...(memory ?? []), ...(collectors ?? [])]);
    },
  };
}

/** The figures of some beans. */
export function javaSamples(service: string, beans: readonly Bean[]): Sample[] {
  const heap = beans.find(({ HeapMemoryUsage }) => HeapMemoryUsage !== undefined)?.HeapMemoryUsage;
  const collectors = beans.filter(({ CollectionCount }) => CollectionCount !== undefined);
  const sum = (field: "CollectionCount" | "CollectionTime"): number =>
    collectors.reduce((total, bean) => total + (bean[field] ?? 0), 0);
  return [
    ...(heap === undefined ? [] : [sample("streambook_java_heap_used_bytes", { service }, heap.used)]),
    ...(heap === undefined || heap.max < 0 ? [] : [sample("streambook_java_heap_max_bytes", { service }, heap.max)]),
    ...(collectors.length === 0
      ? []
      : [
          sample("streambook_java_gc_pauses_total", { service }, sum("CollectionCount")),
          sample("streambook_java_gc_pause_seconds_total", { service }, sum("CollectionTime") / 1000),
        ]),
  ];
}
