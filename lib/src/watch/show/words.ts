/** How figures and states are written, the same on the page and in the terminal. */
import { compactCount, formatAge, formatBytes, formatCount, formatSeconds } from "../../format/index.ts";
import type { ServiceView } from "../figures/snapshot.ts";

/** A rate: `1,204/s`, `0.3/s`; what stands still is `0/s`. */
export function rateText(perSecond: number): string {
  if (perSecond > 0 && perSecond < 9.95) return `${perSecond.toFixed(1)}/s`;
  return `${compactCount(perSecond)}/s`;
}

/** Bytes a second: `1.2 MB/s`. */
export function byteRateText(perSecond: number): string {
  return `${formatBytes(Math.max(0, perSecond))}/s`;
}

/** A share of a core or of a time: `3.4 %`; less than a tenth of a per cent is 0. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent >= 9.95 ? Math.round(percent) : percent.toFixed(1).replace(/\.0$/, "")} %`;
}

/** How long the oldest of some messages waits: `—` if there are none; what has come since the last look but one has waited for less than two. */
export function waitText(seconds: number, messages: number): string {
  if (messages === 0) return "—";
  if (seconds < 2) return "under 2 s";
  return seconds < 60 ? formatSeconds(Math.round(seconds)) : formatAge(seconds);
}

/** A time of day in UTC: `23:34:53`. */
export function timeText(at: Date): string {
  return at.toISOString().slice(11, 19);
}

/** How long ago something was, in its largest units. */
export function ageText(at: Date, now: Date): string {
  return formatAge(Math.max(0, (now.getTime() - at.getTime()) / 1000));
}

/** What people call a state. */
export const STATES: Readonly<Record<ServiceView["state"], string>> = {
  running: "running",
  silent: "does not answer",
  died: "died",
  stopped: "not started",
  unreachable: "unreachable",
};

export { formatBytes, formatCount, formatSeconds };
