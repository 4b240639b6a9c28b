import assert from "node:assert/strict";
import { test } from "node:test";
import { StreambookError } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";
import { ServiceRetry, type ServiceRetryOptions } from "./service-retry.ts";

const away = new StreambookError("UNREACHABLE", "the NameNode does not answer");

function prepared(options: Omit<ServiceRetryOptions, "logger"> = {}): { services: ServiceRetry; warnings: string[] } {
  const warnings: string[] = [];
  const logger = { warn: (text: string) => void warnings.push(text) } as unknown as Logger;
  return { services: new ServiceRetry({ ...options, logger }), warnings };
}

test("a service that comes back is waited for, with warnings", async () => {
  const { services, warnings } = prepared();
  let tries = 0;
  const back = async (): Promise<string> => (++tries < 3 ? Promise.reject(away) : "written");
  assert.equal(await services.try("writing a file", back), "written");
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? "", /^writing a file: the NameNode does not answer; try 2 in 1 s$/);
  services[Symbol.dispose]();
});

test("a service that stays away is given up after a time, however long one try takes", async () => {
  const { services } = prepared({ timeout: 2000 });
  const begin = performance.now();
  let tries = 0;
  const hang = async (): Promise<never> => {
    tries++;
    await new Promise((resolve) => setTimeout(resolve, 1300));
    throw away;
  };
  await assert.rejects(services.try("writing a file", hang), away);
  assert.equal(tries, 2, "the second try ends after the time");
  assert.ok(performance.now() - begin < 8000);
  services[Symbol.dispose]();
});

test("what another try cannot fix is not tried again", async () => {
  const { services, warnings } = prepared();
  for (const code of ["PARTITION_LOST", "USAGE"] as const)
    await assert.rejects(
      services.try("x", () => Promise.reject(new StreambookError(code, "no"))),
      { code },
    );
  assert.deepEqual(warnings, []);
  services[Symbol.dispose]();
});

test("while the run stops, a service that stays away is waited for a moment only, and its failure is what is reported", async () => {
  const stop = new AbortController();
  const { services } = prepared({ stopping: stop.signal, stoppingTimeout: 200 });
  stop.abort();
  const begin = performance.now();
  await assert.rejects(
    services.try("x", () => Promise.reject(away)),
    away,
  );
  assert.ok(performance.now() - begin < 2000);
  await assert.rejects(
    services.try("x", async () => "too late"),
    { code: "TIMEOUT" },
  );
  services[Symbol.dispose]();
});

test("while the run stops, whatever succeeds begins the moment anew", async () => {
  const stop = new AbortController();
  const { services } = prepared({ stopping: stop.signal, stoppingTimeout: 300 });
  stop.abort();
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(await services.try("x", async () => i), i);
  }
  services[Symbol.dispose]();
});

test("another signal ends it at once", async () => {
  const { services } = prepared();
  await assert.rejects(
    services.try("x", () => Promise.reject(away), AbortSignal.abort(new Error("over"))),
    /over/,
  );
  services[Symbol.dispose]();
});
