/**
 * The questions of the case as SQL over the clean table. Each is one statement that Spark and Hive both take, so that their answers can
 * be compared; its columns are named as those of the plain answer. Times are milliseconds since 1970 and hours are text in UTC: what
 * zone a session is in does not matter.
 */
import { identifier } from "../../../hive/index.ts";
import type { ClicksAnswerName } from "../plain/expected.ts";
import { PATH_PAGES, SESSION_GAP, stages } from "../plain/sessions.ts";

/** A question. */
export interface ClicksQuestion {
  readonly name: ClicksAnswerName;
  /** What it asks, for people. */
  readonly title: string;
  /** The columns that name a row of the answer. */
  readonly key: readonly string[];
  /** The statement, given the name of the clean table. */
  readonly sql: (table: string) => string;
}

const count = (condition: string): string => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
const HOUR = "concat(`date`, 'T', `hour`)";

const ACTIONS = [
  ...stages.map((action) => `${count(`action = '${action}'`)} AS ${action}s`),
  "SUM(coalesce(quantity, 0)) AS quantity",
  "CAST(SUM(coalesce(amount, 0)) * 100 AS BIGINT) AS revenue_cents",
].join(",\n  ");

/** The events with the sessions that gaps make of them, numbered for each user. */
const cutByGap = (table: string): string => `begun AS (
  SELECT user_id, session_id, event_id, event_ms, ${HOUR} AS hour_text,
    CASE WHEN event_ms - LAG(event_ms) OVER (PARTITION BY user_id ORDER BY event_ms, event_id) < ${SESSION_GAP} THEN 0 ELSE 1 END AS begins
  FROM ${table}
), cut AS (
  SELECT user_id, session_id, event_ms, hour_text,
    SUM(begins) OVER (PARTITION BY user_id ORDER BY event_ms, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS gap_session
  FROM begun
)`;

/** What is summed of sessions, by the hour of their beginning. */
const MEASURES = `SELECT begin_hour AS hour, COUNT(*) AS sessions, SUM(events) AS events, SUM(milliseconds) AS milliseconds
FROM sessions GROUP BY begin_hour`;
const OF_SESSION = "COUNT(*) AS events, MAX(event_ms) - MIN(event_ms) AS milliseconds";

/** When a session began with each stage, and when it ended with it; NULL where it has no event of that kind. */
const STAGE_TIMES = stages
  .flatMap((stage) =>
    ["MIN", "MAX"].map(
      (end) =>
        `${end}(CASE WHEN action = '${stage}' AND product IS NOT NULL THEN event_ms END) AS ${end === "MIN" ? "first" : "last"}_${stage}`,
    ),
  )
  .join(", ");

/**
 * The last stage that sessions reached: each stage has an event that is not before the first of the stage before.
 *
 * @param more further columns of a session
 */
const reached = (table: string, key: string, more = ""): string => `sessions AS (
  SELECT ${key}, ${STAGE_TIMES}${more} FROM ${table} GROUP BY ${key}
), reached AS (
  SELECT *, CASE WHEN first_view IS NULL THEN 'none' WHEN last_click IS NULL OR last_click < first_view THEN 'view'
    WHEN last_purchase IS NULL OR last_purchase < first_click THEN 'click' ELSE 'purchase' END AS last_stage
  FROM sessions
)`;

/** The sessions that reached each stage: one row for each stage and key. */
const perStage = (key: readonly string[]): string => {
  const columns = [...key, "stage"].join(", ");
  const upTo = stages.map((stage, index) => {
    const reachedBy = stages.slice(0, index + 1).map((one) => `'${one}'`);
    return `WHEN '${stage}' THEN array(${reachedBy.join(", ")})`;
  });
  return `SELECT ${columns}, COUNT(*) AS sessions
FROM reached LATERAL VIEW explode(CASE last_stage ${upTo.join(" ")} END) steps AS stage GROUP BY ${columns}`;
};

/** The first pages that sessions viewed, in their order. */
const pathsOf = (table: string): string => {
  const pages = Array.from({ length: PATH_PAGES }, (_, step) => `MAX(CASE WHEN step = ${step + 1} THEN page END)`);
  return `steps AS (
  SELECT session_id, action, page, ROW_NUMBER() OVER (
    PARTITION BY session_id ORDER BY CASE WHEN action = 'view' THEN 0 ELSE 1 END, event_ms, event_id) AS step
  FROM ${table} WHERE action IN ('view', 'purchase')
), paths AS (
  SELECT session_id, concat_ws(' > ', ${pages.join(", ")}) AS path, ${count("action = 'purchase'")} AS purchases
  FROM steps GROUP BY session_id
)`;
};

const statements: readonly ClicksQuestion[] = [
  {
    name: "by_category",
    title: "events and revenue by category",
    key: ["category"],
    sql: (table) => `SELECT category,\n  ${ACTIONS}\nFROM ${table} WHERE category IS NOT NULL GROUP BY category`,
  },
  {
    name: "by_product",
    title: "events and revenue by product",
    key: ["category", "product"],
    sql: (table) =>
      `SELECT category, product,\n  ${ACTIONS}\nFROM ${table} WHERE category IS NOT NULL AND product IS NOT NULL GROUP BY category, product`,
  },
  {
    name: "trend",
    title: "events, users and revenue by hour",
    key: ["hour"],
    sql: (table) =>
      `SELECT ${HOUR} AS hour, COUNT(*) AS events,\n  ${ACTIONS},\n  COUNT(DISTINCT user_id) AS users\nFROM ${table} GROUP BY ${HOUR}`,
  },
  {
    name: "arrivals",
    title: "events that came more than once, and that came after their hour",
    key: ["topic", "hour"],
    sql: (table) => `WITH arrived AS (
  SELECT topic, ${HOUR} AS hour_text, copies, MAX(${HOUR}) OVER (
    PARTITION BY topic, kafka_partition ORDER BY kafka_offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS newest_hour
  FROM ${table}
)
SELECT topic, hour_text AS hour, COUNT(*) AS events, CAST(SUM(copies - 1) AS BIGINT) AS doubled,
  ${count("hour_text < newest_hour")} AS late
FROM arrived GROUP BY topic, hour_text`,
  },
  {
    name: "sessions_given",
    title: "sessions as the shop counts them, by the hour in which they began",
    key: ["hour"],
    sql: (table) => `WITH sessions AS (
  SELECT MIN(${HOUR}) AS begin_hour, ${OF_SESSION} FROM ${table} GROUP BY session_id
)
${MEASURES}`,
  },
  {
    name: "sessions_by_gap",
    title: "sessions by a gap of half an hour, by the hour in which they began",
    key: ["hour"],
    sql: (table) => `WITH ${cutByGap(table)}, sessions AS (
  SELECT MIN(hour_text) AS begin_hour, ${OF_SESSION} FROM cut GROUP BY user_id, gap_session
)
${MEASURES}`,
  },
  {
    name: "agreement",
    title: "sessions of the shop that gaps find again, divide, or join with others",
    key: ["agreement"],
    sql: (table) => `WITH ${cutByGap(table)}, pairs AS (
  SELECT user_id, session_id, gap_session FROM cut GROUP BY user_id, session_id, gap_session
), counted AS (
  SELECT session_id, COUNT(*) OVER (PARTITION BY session_id) AS gaps, COUNT(*) OVER (PARTITION BY user_id, gap_session) AS sessions
  FROM pairs
), compared AS (
  SELECT CASE WHEN MAX(gaps) > 1 THEN 'divided' WHEN MAX(sessions) > 1 THEN 'joined' ELSE 'same' END AS agreement
  FROM counted GROUP BY session_id
)
SELECT agreement, COUNT(*) AS sessions FROM compared GROUP BY agreement`,
  },
  {
    name: "paths",
    title: `sessions by the pages that they viewed, at most ${PATH_PAGES}`,
    key: ["path"],
    sql: (table) => `WITH ${pathsOf(table)}
SELECT path, COUNT(*) AS sessions, ${count("purchases > 0")} AS buying FROM paths GROUP BY path`,
  },
  {
    name: "funnel",
    title: "sessions that viewed a product, clicked one then, and bought one then",
    key: ["stage"],
    sql: (table) => `WITH ${reached(table, "session_id")}\n${perStage([])}`,
  },
  {
    name: "funnel_by_category",
    title: "the same for each category",
    key: ["category", "stage"],
    sql: (table) => `WITH ${reached(table, "session_id, category")}\n${perStage(["category"])}`,
  },
  {
    name: "drop_offs",
    title: "sessions by the last stage that they reached, and the page that they left from",
    key: ["last_stage", "last_page"],
    // A time has 13 digits until the year 2286, so the greatest text has the last page.
    sql: (table) => `WITH ${reached(table, "session_id", ", MAX(concat(event_ms, ' ', page)) AS last_seen")}
SELECT last_stage, coalesce(substr(last_seen, 15), '') AS last_page, COUNT(*) AS sessions
FROM reached GROUP BY last_stage, coalesce(substr(last_seen, 15), '')`,
  },
];

/** All questions; the table is given by name. */
export const clicksQuestions: readonly ClicksQuestion[] = statements.map((question) => ({
  ...question,
  sql: (table) => question.sql(identifier(table)),
}));
